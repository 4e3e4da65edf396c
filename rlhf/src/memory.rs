//! The numbers of tensors as slices, for what is computed without libtorch, and how the process keeps its memory.

use tch::{Device, Kind, Tensor};

/// A weight matrix `[outputs, inputs]`, row by row; bf16 as its bits.
#[derive(Clone, Copy)]
pub(crate) enum Matrix<'a> {
    F32(&'a [f32]),
    Bf16(&'a [u16]),
}

impl<'a> Matrix<'a> {
    /// # Panics
    /// As [`floats`].
    pub(crate) fn of(tensor: &'a Tensor) -> Self {
        match tensor.kind() {
            Kind::BFloat16 => Self::Bf16(numbers(tensor)),
            _ => Self::F32(floats(tensor)),
        }
    }
}

/// The numbers of an f32 tensor.
///
/// # Panics
/// On a tensor of another format or device, or whose numbers do not lie in order: a programming error.
pub(crate) fn floats(tensor: &Tensor) -> &[f32] {
    assert_eq!(tensor.kind(), Kind::Float);
    numbers(tensor)
}

/// A copy of an f32 tensor's numbers, from whatever device.
pub(crate) fn copied(tensor: &Tensor) -> Vec<f32> {
    let mut numbers = vec![0f32; tensor.numel()];
    tensor.to_device(Device::Cpu).contiguous().copy_data(&mut numbers, tensor.numel());
    numbers
}

/// As [`floats`], to be written to; nobody reads the tensor or a view of it meanwhile.
///
/// # Panics
/// As [`floats`].
pub(crate) fn floats_mut(tensor: &mut Tensor) -> &mut [f32] {
    let n = floats(tensor).len();
    // SAFETY: as in `numbers`, and nobody reads what is written.
    #[expect(unsafe_code, reason = "tch gives the address of a tensor's numbers, not a slice")]
    unsafe {
        std::slice::from_raw_parts_mut(tensor.data_ptr().cast(), n)
    }
}

/// The elements of a tensor whose kind has the size of `T`.
fn numbers<T>(tensor: &Tensor) -> &[T] {
    assert!(
        tensor.device() == Device::Cpu && tensor.is_contiguous(),
        "only tensors in order on the CPU are read"
    );
    // SAFETY: such a tensor has as many elements there, and lives as long as the borrow. Nothing writes to weights while
    // they are read: training and decoding of one model take turns.
    #[expect(unsafe_code, reason = "tch gives the address of a tensor's numbers, not a slice")]
    unsafe {
        std::slice::from_raw_parts(tensor.data_ptr().cast(), tensor.numel())
    }
}

/// Keeps memory that is freed, up to 1 GiB, instead of giving it back to the system after each operation only to ask for it
/// again: every page would have to be cleared and mapped anew. For a process that trains or generates, at its beginning.
///
/// Does nothing with another C library than glibc.
pub fn keep_freed() {
    #[cfg(target_env = "gnu")]
    {
        use nix::libc::{M_MMAP_THRESHOLD, M_TOP_PAD, M_TRIM_THRESHOLD, mallopt};
        for (option, bytes) in
            [(M_MMAP_THRESHOLD, 1 << 30), (M_TRIM_THRESHOLD, 1 << 30), (M_TOP_PAD, 64 << 20)]
        {
            // SAFETY: sets a number inside of the allocator.
            #[expect(unsafe_code, reason = "the allocator's options have no other interface")]
            let done = unsafe { mallopt(option, bytes) };
            tracing::debug!(option, bytes, done, "allocator");
        }
    }
}
