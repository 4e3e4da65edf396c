//! Named weights and their safetensors files.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use rand::Rng;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use tch::{Device, Kind, Tensor};

use super::{Config, ModelError, Precision, config::Family, gpt2, head::standard_normal};

/// Weights by their Hugging Face names, in name order.
#[derive(Debug, Default)]
pub struct Params(BTreeMap<String, Tensor>);

impl Params {
    pub fn new() -> Self {
        Self::default()
    }

    /// Fresh f32 weights: matrices normal with standard deviation `std`, norms 1, biases 0.
    pub fn random(config: &Config, std: f64, rng: &mut impl Rng) -> Self {
        let draw = |(name, shape): (String, Vec<i64>)| {
            let n = shape.iter().product::<i64>();
            let values: Vec<f32> = match shape.len() {
                1 if name.ends_with(".bias") => vec![0.0; n as usize],
                1 => vec![1.0; n as usize],
                _ => (0..n).map(|_| (standard_normal(rng) * std) as f32).collect(),
            };
            (name, Tensor::from_slice(&values).view(shape.as_slice()))
        };
        config.tensors().into_iter().map(draw).collect()
    }

    /// Reads `model.safetensors`, or the shards that `model.safetensors.index.json` names, from `dir`.
    /// Element types stay as stored (f32, f16 or bf16).
    ///
    /// # Errors
    /// [`ModelError::Safetensors`] for a truncated or malformed file, [`ModelError::Dtype`] for other element types.
    pub fn load(dir: &Path) -> Result<Self, ModelError> {
        let single = dir.join("model.safetensors");
        if single.exists() {
            return Self::read(&single);
        }
        let mut params = Self::new();
        for shard in shard_names(dir)? {
            params.0.extend(Self::read(&dir.join(shard))?.0);
        }
        Ok(params)
    }

    /// Reads a model's weights by the names that [`Config::tensors`] gives them.
    ///
    /// # Errors
    /// As [`Params::load`]; [`ModelError::MissingTensor`] for a GPT-2 that is not complete.
    pub fn load_model(dir: &Path, config: &Config) -> Result<Self, ModelError> {
        let file = Self::load(dir)?;
        match config.family() {
            Family::Gpt2 => Ok(gpt2::from_file(config, &file)?.in_order()),
            _ => Ok(file),
        }
    }

    /// The same with every tensor's numbers in order.
    fn in_order(self) -> Self {
        self.0.into_iter().map(|(name, tensor)| (name, tensor.contiguous())).collect()
    }

    /// Writes a model's weights by the names of its family, as [`Params::save`].
    ///
    /// # Errors
    /// As [`Params::save`].
    pub fn save_model(&self, dir: &Path, config: &Config, precision: Precision) -> Result<(), ModelError> {
        match config.family() {
            Family::Gpt2 => gpt2::to_file(config, self)?.save(dir, precision),
            _ => self.save(dir, precision),
        }
    }

    /// Reads one safetensors file.
    ///
    /// # Errors
    /// As [`Params::load`].
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let bytes = std::fs::read(path).map_err(|source| ModelError::Read { path: path.into(), source })?;
        let file = SafeTensors::deserialize(&bytes)
            .map_err(|source| ModelError::Safetensors { path: path.into(), source })?;
        let mut params = Self::new();
        for (name, view) in file.tensors() {
            let tensor = read_tensor(&name, &view)?;
            params.0.insert(name, tensor);
        }
        Ok(params)
    }

    /// Writes `dir/model.safetensors` with every tensor in `precision`. The bytes depend only on the names and values.
    ///
    /// # Errors
    /// [`ModelError::Write`] when the file cannot be written.
    pub fn save(&self, dir: &Path, precision: Precision) -> Result<(), ModelError> {
        self.write(&dir.join("model.safetensors"), precision)
    }

    /// Writes one safetensors file, as [`Params::save`].
    ///
    /// # Errors
    /// As [`Params::save`].
    pub fn write(&self, path: &Path, precision: Precision) -> Result<(), ModelError> {
        let dtype = match precision {
            Precision::F32 => Dtype::F32,
            Precision::Bf16 => Dtype::BF16,
        };
        let mut blobs = Vec::with_capacity(self.0.len());
        for (name, tensor) in &self.0 {
            let shape: Vec<usize> = tensor.size().iter().map(|&n| n as usize).collect();
            blobs.push((name, shape, tensor_bytes(tensor, precision.kind())?));
        }
        let views: Result<Vec<_>, _> = blobs
            .iter()
            .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(dtype, shape.clone(), bytes)?)))
            .collect();
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        views
            .and_then(|views| safetensors::serialize_to_file(views, Some(metadata), path))
            .map_err(|source| ModelError::Safetensors { path: path.into(), source })
    }

    /// The tensor `name`, sharing storage.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`].
    pub fn get(&self, name: &str) -> Result<Tensor, ModelError> {
        self.0.get(name).map(Tensor::shallow_clone).ok_or_else(|| ModelError::MissingTensor(name.to_owned()))
    }

    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) {
        self.0.insert(name.into(), tensor);
    }

    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        self.0.remove(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of scalars.
    pub fn n_elements(&self) -> usize {
        self.0.values().map(Tensor::numel).sum()
    }

    /// A second map over the same storage.
    pub fn share(&self) -> Self {
        self.iter().map(|(name, tensor)| (name.to_owned(), tensor.shallow_clone())).collect()
    }

    /// A converted copy; tensors that already fit are shared.
    pub fn to(&self, device: Device, kind: Kind) -> Self {
        self.iter().map(|(name, tensor)| (name.to_owned(), tensor.to_device(device).to_kind(kind))).collect()
    }

    /// Checks that every named tensor is there with its shape.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`] or [`ModelError::WrongShape`] for the first that is not.
    pub fn check(&self, expected: &[(String, Vec<i64>)]) -> Result<(), ModelError> {
        for (name, shape) in expected {
            let actual = self.get(name)?.size();
            if actual != *shape {
                return Err(ModelError::WrongShape { name: name.clone(), expected: shape.clone(), actual });
            }
        }
        Ok(())
    }
}

impl FromIterator<(String, Tensor)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, Tensor)>>(tensors: I) -> Self {
        Self(tensors.into_iter().collect())
    }
}

fn shard_names(dir: &Path) -> Result<BTreeSet<String>, ModelError> {
    #[derive(serde::Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let path = dir.join("model.safetensors.index.json");
    if !path.exists() {
        return Err(ModelError::NoWeights { path: dir.into() });
    }
    let text = std::fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
    let index: Index = serde_json::from_slice(&text).map_err(|source| ModelError::Json { path, source })?;
    // A folder may come from a stranger: its index must not lead out of it.
    match index.weight_map.values().find(|shard| Path::new(shard).file_name() != Some(shard.as_ref())) {
        Some(shard) => Err(ModelError::ShardName { shard: shard.clone() }),
        None => Ok(index.weight_map.into_values().collect()),
    }
}

fn read_tensor(name: &str, view: &TensorView) -> Result<Tensor, ModelError> {
    let kind = match view.dtype() {
        Dtype::F32 => Kind::Float,
        Dtype::F16 => Kind::Half,
        Dtype::BF16 => Kind::BFloat16,
        Dtype::F64 => Kind::Double,
        Dtype::I64 => Kind::Int64,
        other => return Err(ModelError::Dtype { name: name.to_owned(), dtype: format!("{other:?}") }),
    };
    let shape: Vec<i64> = view.shape().iter().map(|&n| n as i64).collect();
    Ok(Tensor::f_from_data_size(view.data(), &shape, kind)?)
}

fn tensor_bytes(tensor: &Tensor, kind: Kind) -> Result<Vec<u8>, ModelError> {
    let tensor = tensor.detach().to_device(Device::Cpu).to_kind(kind).contiguous();
    let mut bytes = vec![0u8; tensor.numel() * kind.elt_size_in_bytes()];
    tensor.f_copy_data_u8(&mut bytes, tensor.numel())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Params {
        let values = Tensor::from_slice(&[1.0f32, -2.5, 3.25, 0.0, 7.0, -8.0]).view([2, 3]);
        Params::from_iter([("b".to_owned(), values), ("a".to_owned(), Tensor::from_slice(&[0.5f32]))])
    }

    #[test]
    fn what_is_saved_is_what_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        for precision in [Precision::F32, Precision::Bf16] {
            example().save(dir.path(), precision).unwrap();
            let loaded = Params::load(dir.path()).unwrap();
            let b = loaded.get("b").unwrap();
            assert_eq!((b.kind(), b.size()), (precision.kind(), vec![2, 3]));
            assert_eq!(b.to_kind(Kind::Float), example().get("b").unwrap());
        }
    }

    #[test]
    fn the_same_weights_make_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = dir.path().join(name);
            example().write(&path, Precision::F32).unwrap();
            std::fs::read(path).unwrap()
        };
        assert_eq!(write("x"), write("y"));
    }

    #[test]
    fn reads_sharded_folders_and_keeps_them_in_their_folder() {
        let dir = tempfile::tempdir().unwrap();
        example().write(&dir.path().join("one.safetensors"), Precision::F32).unwrap();
        let index = |shard: &str| format!(r#"{{"weight_map":{{"a":"{shard}","b":"{shard}"}}}}"#);
        let path = dir.path().join("model.safetensors.index.json");
        std::fs::write(&path, index("one.safetensors")).unwrap();
        assert_eq!(Params::load(dir.path()).unwrap().len(), 2);
        std::fs::write(&path, index("../one.safetensors")).unwrap();
        assert!(matches!(Params::load(dir.path()), Err(ModelError::ShardName { .. })));
    }

    #[test]
    fn says_what_is_wrong_with_the_weights() {
        let params = example();
        let missing = params.check(&[("c".into(), vec![1])]).unwrap_err().to_string();
        assert_eq!(missing, "tensor c is missing from the weights");
        let shape = params.check(&[("b".into(), vec![3, 2])]).unwrap_err().to_string();
        assert_eq!(shape, "tensor b has shape [2, 3]; the configuration asks for [3, 2]");
    }

    #[test]
    fn refuses_a_truncated_file_and_a_folder_without_weights() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Params::load(dir.path()), Err(ModelError::NoWeights { .. })));
        example().save(dir.path(), Precision::F32).unwrap();
        let path = dir.path().join("model.safetensors");
        let bytes = std::fs::read(&path).unwrap();
        for length in [0, 7, 20, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(
                matches!(Params::load(dir.path()), Err(ModelError::Safetensors { .. })),
                "{length} bytes"
            );
        }
    }
}
