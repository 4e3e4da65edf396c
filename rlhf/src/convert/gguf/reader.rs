//! The container: metadata, tensor directory and tensor bytes. Every length is checked before it is believed.

use std::collections::BTreeMap;

use super::super::ConvertError;
use super::quants::QuantKind;

/// A parsed file that borrows its tensor data.
#[derive(Debug)]
pub struct Gguf<'a> {
    metadata: BTreeMap<String, Value>,
    tensors: Vec<TensorInfo>,
    data: &'a [u8],
}

#[derive(Debug)]
pub struct TensorInfo {
    pub name: String,
    /// Fastest first.
    pub dimensions: Vec<usize>,
    pub kind: QuantKind,
    offset: usize,
}

impl TensorInfo {
    pub fn n_elements(&self) -> usize {
        self.dimensions.iter().product()
    }
}

/// A metadata value; integers of all widths are one case, and so are floats.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    List(Vec<Value>),
}

const DEFAULT_ALIGNMENT: usize = 32;
/// Deeper nesting of lists than any real file has; keeps a crafted file from exhausting the stack.
const MAX_DEPTH: usize = 4;

impl<'a> Gguf<'a> {
    /// Parses the header, the metadata and the tensor directory.
    ///
    /// # Errors
    /// [`ConvertError::NotGguf`], [`ConvertError::Truncated`] or [`ConvertError::Malformed`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ConvertError> {
        let mut cursor = Cursor { bytes, at: 0 };
        if cursor.take(4, "the magic number").map_err(|_| ConvertError::NotGguf)? != b"GGUF" {
            return Err(ConvertError::NotGguf);
        }
        if !(2..=3).contains(&cursor.u32("the version")?) {
            return Err(ConvertError::NotGguf);
        }
        let n_tensors = cursor.u64("the header")?;
        let n_keys = cursor.u64("the header")?;
        let mut metadata = BTreeMap::new();
        for _ in 0..n_keys {
            let key = cursor.text("a metadata key")?;
            let kind = cursor.u32("a metadata type")?;
            metadata.insert(key, cursor.value(kind, 0)?);
        }
        let mut tensors = Vec::new();
        for _ in 0..n_tensors {
            tensors.push(cursor.tensor_info()?);
        }
        let alignment = match metadata.get("general.alignment") {
            Some(Value::Int(alignment)) if *alignment > 0 => *alignment as usize,
            Some(_) => {
                return Err(ConvertError::Malformed("general.alignment is not a positive number".into()));
            }
            None => DEFAULT_ALIGNMENT,
        };
        let start = cursor.at.next_multiple_of(alignment);
        let data = bytes.get(start..).ok_or(ConvertError::Truncated("the padding before the tensors"))?;
        // Tensors that share bytes would make a small file a large model.
        let mut total = 0usize;
        for info in &tensors {
            total = total.saturating_add(info.kind.size_bytes(info.n_elements())?);
        }
        if total > data.len() {
            return Err(ConvertError::Truncated("the tensors"));
        }
        Ok(Self { metadata, tensors, data })
    }

    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.iter().find(|info| info.name == name)
    }

    /// The stored bytes of a tensor.
    ///
    /// # Errors
    /// [`ConvertError::Truncated`] when the file ends before them.
    pub fn data(&self, info: &TensorInfo) -> Result<&'a [u8], ConvertError> {
        let size = info.kind.size_bytes(info.n_elements())?;
        let end = info.offset.checked_add(size).ok_or(ConvertError::Truncated("a tensor"))?;
        self.data.get(info.offset..end).ok_or(ConvertError::Truncated("a tensor"))
    }

    /// # Errors
    /// [`ConvertError::MissingKey`], here and below, when the key is absent or of another type.
    pub fn int(&self, key: &str) -> Result<i64, ConvertError> {
        match self.metadata.get(key) {
            Some(Value::Int(value)) => Ok(*value),
            _ => Err(missing(key)),
        }
    }

    pub fn float(&self, key: &str) -> Result<f64, ConvertError> {
        match self.metadata.get(key) {
            Some(Value::Float(value)) => Ok(*value),
            _ => Err(missing(key)),
        }
    }

    pub fn text(&self, key: &str) -> Result<&str, ConvertError> {
        match self.metadata.get(key) {
            Some(Value::Text(value)) => Ok(value),
            _ => Err(missing(key)),
        }
    }

    /// A flag, false when absent.
    pub fn flag(&self, key: &str) -> bool {
        self.metadata.get(key) == Some(&Value::Bool(true))
    }

    pub fn texts(&self, key: &str) -> Result<Vec<&str>, ConvertError> {
        let Some(Value::List(values)) = self.metadata.get(key) else { return Err(missing(key)) };
        values
            .iter()
            .map(|value| if let Value::Text(text) = value { Ok(text.as_str()) } else { Err(missing(key)) })
            .collect()
    }

    pub fn ints(&self, key: &str) -> Result<Vec<i64>, ConvertError> {
        let Some(Value::List(values)) = self.metadata.get(key) else { return Err(missing(key)) };
        let int = |value: &Value| if let Value::Int(int) = value { Ok(*int) } else { Err(missing(key)) };
        values.iter().map(int).collect()
    }
}

fn missing(key: &str) -> ConvertError {
    ConvertError::MissingKey(key.to_owned())
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], ConvertError> {
        let end = self.at.checked_add(n).ok_or(ConvertError::Truncated(what))?;
        let slice = self.bytes.get(self.at..end).ok_or(ConvertError::Truncated(what))?;
        self.at = end;
        Ok(slice)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], ConvertError> {
        Ok(self.take(N, what)?.try_into().expect("take returns as many bytes as asked for"))
    }

    fn u32(&mut self, what: &'static str) -> Result<u32, ConvertError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn u64(&mut self, what: &'static str) -> Result<usize, ConvertError> {
        let value = u64::from_le_bytes(self.array(what)?);
        usize::try_from(value).map_err(|_| ConvertError::Truncated(what))
    }

    fn text(&mut self, what: &'static str) -> Result<String, ConvertError> {
        let length = self.u64(what)?;
        let bytes = self.take(length, what)?.to_vec();
        String::from_utf8(bytes).map_err(|_| ConvertError::Malformed(format!("{what} is not UTF-8")))
    }

    fn value(&mut self, kind: u32, depth: usize) -> Result<Value, ConvertError> {
        const WHAT: &str = "a metadata value";
        Ok(match kind {
            0 => Value::Int(u8::from_le_bytes(self.array(WHAT)?).into()),
            1 => Value::Int(i8::from_le_bytes(self.array(WHAT)?).into()),
            2 => Value::Int(u16::from_le_bytes(self.array(WHAT)?).into()),
            3 => Value::Int(i16::from_le_bytes(self.array(WHAT)?).into()),
            4 => Value::Int(self.u32(WHAT)?.into()),
            5 => Value::Int(i32::from_le_bytes(self.array(WHAT)?).into()),
            6 => Value::Float(f32::from_le_bytes(self.array(WHAT)?).into()),
            7 => Value::Bool(self.array::<1>(WHAT)?[0] != 0),
            8 => Value::Text(self.text(WHAT)?),
            9 if depth < MAX_DEPTH => {
                let (element, length) = (self.u32(WHAT)?, self.u64(WHAT)?);
                // Grown as elements are read: a false length fails at the end of the file, not in the allocator.
                let mut list = Vec::new();
                for _ in 0..length {
                    list.push(self.value(element, depth + 1)?);
                }
                Value::List(list)
            }
            10 => Value::Int(u64::from_le_bytes(self.array(WHAT)?) as i64),
            11 => Value::Int(i64::from_le_bytes(self.array(WHAT)?)),
            12 => Value::Float(f64::from_le_bytes(self.array(WHAT)?)),
            other => return Err(ConvertError::Malformed(format!("metadata type {other}"))),
        })
    }

    fn tensor_info(&mut self) -> Result<TensorInfo, ConvertError> {
        const WHAT: &str = "the tensor directory";
        let name = self.text(WHAT)?;
        let n_dimensions = self.u32(WHAT)?;
        if !(1..=4).contains(&n_dimensions) {
            return Err(ConvertError::Malformed(format!("tensor {name} has {n_dimensions} dimensions")));
        }
        let dimensions = (0..n_dimensions).map(|_| self.u64(WHAT)).collect::<Result<Vec<_>, _>>()?;
        if dimensions.contains(&0) {
            return Err(ConvertError::Malformed(format!("tensor {name} is empty")));
        }
        if dimensions.iter().try_fold(1usize, |total, &n| total.checked_mul(n)).is_none() {
            return Err(ConvertError::Malformed(format!("tensor {name} is larger than memory")));
        }
        let kind = QuantKind::from_id(self.u32(WHAT)?)?;
        Ok(TensorInfo { name, dimensions, kind, offset: self.u64(WHAT)? })
    }
}
