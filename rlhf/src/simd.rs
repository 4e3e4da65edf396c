//! Sixteen f32 at a time, with the widest instructions of this processor.
//!
//! Whatever the processor, the same operations happen to the same lanes and a sum is taken in the same order, so results
//! have the same bits everywhere (Rust's floats are IEEE 754 and `mul_add` rounds once).

#[cfg(target_arch = "x86_64")]
use std::{arch::x86_64::*, mem::transmute};

/// Lanes of a [`Vector`].
pub const LANES: usize = 16;

/// Sixteen f32.
pub trait Vector: Copy {
    /// Whether the processor has registers for 16 sums and what they are made of.
    const MANY_REGISTERS: bool;

    fn splat(value: f32) -> Self;
    fn load(values: &[f32; LANES]) -> Self;
    /// Of bf16, given as its bits.
    fn load_bf16(values: &[u16; LANES]) -> Self;
    fn store(self, to: &mut [f32; LANES]);
    /// `self * by + to`, rounded once.
    fn mul_add(self, by: Self, to: Self) -> Self;
    /// Halves are added to each other until one lane is left.
    fn sum(self) -> f32;
    /// [`Vector::sum`] of each.
    #[inline(always)]
    fn sum_each(four: [Self; 4]) -> [f32; 4] {
        [four[0].sum(), four[1].sum(), four[2].sum(), four[3].sum()]
    }
}

/// Something to compute that is compiled for each kind of [`Vector`]. `run`, and what it calls, must be
/// `#[inline(always)]`: only then does it become part of the function that may use the instructions.
pub trait Work {
    type Output;

    fn run<V: Vector>(self) -> Self::Output;
}

/// Whether the processor multiplies and adds in one instruction; without, everything here is slow.
pub fn is_fast() -> bool {
    #[cfg(target_arch = "x86_64")]
    return has_avx2();
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

/// Runs `work` with the widest instructions.
pub fn run<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
            // SAFETY: the processor has these instructions.
            #[expect(unsafe_code, reason = "only the processor can say that it has the instructions")]
            return unsafe { avx512(work) };
        }
        if has_avx2() {
            // SAFETY: the processor has these instructions.
            #[expect(unsafe_code, reason = "only the processor can say that it has the instructions")]
            return unsafe { avx2(work) };
        }
    }
    work.run::<[f32; LANES]>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
fn avx512<W: Work>(work: W) -> W::Output {
    work.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<W: Work>(work: W) -> W::Output {
    work.run::<Avx2>()
}

/// bf16, given as its bits, as f32.
#[inline(always)]
pub fn widened(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// e to the power of `x`, within 2 units in the last place; below −87 and above 88 as if at those ends.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, and e^r by its Taylor series.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// Added to a number below 2²² it leaves the nearest integer in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    // ln 2 in two parts, of which the first times n is exact.
    let r = n.mul_add(-1.428_606_8e-6, n.mul_add(-0.693_145_75, x));
    let power = (1.0f32 / 5040.0).mul_add(r, 1.0 / 720.0).mul_add(r, 1.0 / 120.0).mul_add(r, 1.0 / 24.0);
    let power = power.mul_add(r, 1.0 / 6.0).mul_add(r, 0.5).mul_add(r, 1.0).mul_add(r, 1.0);
    power * f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits()))
}

/// e to the power of `x`, within 2 units in the last place; 0 below −708, and above 709 as if there. As [`exp`].
#[inline(always)]
pub fn exp_f64(x: f64) -> f64 {
    /// Added to a number below 2⁵¹ it leaves the nearest integer in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let least = if x < -708.0 { 0.0 } else { 1.0 };
    let x = x.clamp(-708.0, 709.0);
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-1.908_214_929_270_587_7e-10, n.mul_add(-0.693_147_180_369_123_8, x));
    // The reciprocals of 13! to 0!.
    let power = (1.0f64 / 6_227_020_800.0)
        .mul_add(r, 1.0 / 479_001_600.0)
        .mul_add(r, 1.0 / 39_916_800.0)
        .mul_add(r, 1.0 / 3_628_800.0)
        .mul_add(r, 1.0 / 362_880.0)
        .mul_add(r, 1.0 / 40_320.0)
        .mul_add(r, 1.0 / 5_040.0)
        .mul_add(r, 1.0 / 720.0)
        .mul_add(r, 1.0 / 120.0)
        .mul_add(r, 1.0 / 24.0)
        .mul_add(r, 1.0 / 6.0)
        .mul_add(r, 0.5)
        .mul_add(r, 1.0)
        .mul_add(r, 1.0);
    least * power * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0f64.to_bits()))
}

impl Vector for [f32; LANES] {
    const MANY_REGISTERS: bool = false;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; LANES]
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        *values
    }

    #[inline(always)]
    fn load_bf16(values: &[u16; LANES]) -> Self {
        values.map(widened)
    }

    #[inline(always)]
    fn store(self, to: &mut [f32; LANES]) {
        *to = self;
    }

    #[inline(always)]
    fn mul_add(self, by: Self, to: Self) -> Self {
        std::array::from_fn(|i| self[i].mul_add(by[i], to[i]))
    }

    #[inline(always)]
    fn sum(mut self) -> f32 {
        let mut width = LANES / 2;
        while width > 0 {
            for i in 0..width {
                self[i] += self[i + width];
            }
            width /= 2;
        }
        self[0]
    }
}

/// In one register. Made by [`run`] only, where the instructions exist.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct Avx512(__m512);

/// In two registers. Made by [`run`] only, where the instructions exist.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct Avx2([__m256; 2]);

/// Eight lanes.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[expect(unsafe_code, reason = "called where the instructions exist")]
fn sum_of_eight(eight: __m256) -> f32 {
    // SAFETY: both callers exist only where AVX2 does.
    unsafe {
        let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "instructions that the compiler does not find by itself")]
impl Vector for Avx512 {
    const MANY_REGISTERS: bool = true;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: the type exists only where AVX-512 does; so below.
        unsafe { Self(_mm512_set1_ps(value)) }
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: both are 16 f32. No load instruction by name, because it would not be inlined.
        unsafe { Self(transmute::<[f32; LANES], __m512>(*values)) }
    }

    #[inline(always)]
    fn load_bf16(values: &[u16; LANES]) -> Self {
        // SAFETY: both are 32 bytes.
        unsafe {
            let wide = _mm512_cvtepu16_epi32(transmute::<[u16; LANES], __m256i>(*values));
            Self(_mm512_castsi512_ps(_mm512_slli_epi32::<16>(wide)))
        }
    }

    #[inline(always)]
    fn store(self, to: &mut [f32; LANES]) {
        // SAFETY: both are 16 f32.
        *to = unsafe { transmute::<__m512, [f32; LANES]>(self.0) };
    }

    #[inline(always)]
    fn mul_add(self, by: Self, to: Self) -> Self {
        // SAFETY: as above.
        unsafe { Self(_mm512_fmadd_ps(self.0, by.0, to.0)) }
    }

    #[inline(always)]
    fn sum(self) -> f32 {
        // SAFETY: as above.
        sum_of_eight(unsafe {
            _mm256_add_ps(_mm512_castps512_ps256(self.0), _mm512_extractf32x8_ps::<1>(self.0))
        })
    }

    /// The same additions, of all four at a time.
    #[inline(always)]
    fn sum_each([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        // SAFETY: as above.
        unsafe {
            let ab = _mm512_add_ps(
                _mm512_shuffle_f32x4::<0b01_00_01_00>(a.0, b.0),
                _mm512_shuffle_f32x4::<0b11_10_11_10>(a.0, b.0),
            );
            let cd = _mm512_add_ps(
                _mm512_shuffle_f32x4::<0b01_00_01_00>(c.0, d.0),
                _mm512_shuffle_f32x4::<0b11_10_11_10>(c.0, d.0),
            );
            let quarters = _mm512_add_ps(
                _mm512_shuffle_f32x4::<0b10_00_10_00>(ab, cd),
                _mm512_shuffle_f32x4::<0b11_01_11_01>(ab, cd),
            );
            let pairs = _mm512_add_ps(quarters, _mm512_permute_ps::<0b01_00_11_10>(quarters));
            let sums = _mm512_add_ps(pairs, _mm512_permute_ps::<0b10_11_00_01>(pairs));
            let first = _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            let sums = _mm512_castps512_ps128(_mm512_permutexvar_ps(first, sums));
            transmute::<__m128, [f32; 4]>(sums)
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "instructions that the compiler does not find by itself")]
impl Vector for Avx2 {
    const MANY_REGISTERS: bool = false;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: the type exists only where AVX2 and FMA do; so below.
        unsafe { Self([_mm256_set1_ps(value); 2]) }
    }

    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: both are 16 f32.
        unsafe { Self(transmute::<[f32; LANES], [__m256; 2]>(*values)) }
    }

    #[inline(always)]
    fn load_bf16(values: &[u16; LANES]) -> Self {
        // SAFETY: both are 32 bytes.
        unsafe {
            let [low, high] = transmute::<[u16; LANES], [__m128i; 2]>(*values);
            let low = _mm256_slli_epi32::<16>(_mm256_cvtepu16_epi32(low));
            let high = _mm256_slli_epi32::<16>(_mm256_cvtepu16_epi32(high));
            Self([_mm256_castsi256_ps(low), _mm256_castsi256_ps(high)])
        }
    }

    #[inline(always)]
    fn store(self, to: &mut [f32; LANES]) {
        // SAFETY: both are 16 f32.
        *to = unsafe { transmute::<[__m256; 2], [f32; LANES]>(self.0) };
    }

    #[inline(always)]
    fn mul_add(self, by: Self, to: Self) -> Self {
        // SAFETY: as above.
        unsafe {
            Self([_mm256_fmadd_ps(self.0[0], by.0[0], to.0[0]), _mm256_fmadd_ps(self.0[1], by.0[1], to.0[1])])
        }
    }

    #[inline(always)]
    fn sum(self) -> f32 {
        // SAFETY: as above.
        sum_of_eight(unsafe { _mm256_add_ps(self.0[0], self.0[1]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dot products, powers of e and widened bf16 of numbers of all sizes, as bits.
    struct Sample;

    impl Work for Sample {
        type Output = Vec<u32>;

        #[inline(always)]
        fn run<V: Vector>(self) -> Vec<u32> {
            let mut state = 1u32;
            let mut draw = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                f32::from_bits((state >> 9) | 0x3f80_0000) * 3.7 - 5.0
            };
            let mut bits = vec![];
            for _ in 0..100 {
                let (a, b): ([f32; LANES], [f32; LANES]) = (std::array::from_fn(|_| draw()), [draw(); LANES]);
                let product = V::load(&a).mul_add(V::load(&b), V::splat(0.1));
                let halves = V::load_bf16(&a.map(|a| (a.to_bits() >> 16) as u16));
                let mut stored = [0.0; LANES];
                halves.mul_add(V::splat(-1.0), product).store(&mut stored);
                bits.extend(stored.map(f32::to_bits));
                bits.extend([product.sum().to_bits(), exp(a[0] * 20.0).to_bits()]);
                let four = [product, halves, V::load(&a), V::load(&stored)];
                bits.extend(V::sum_each(four).map(f32::to_bits));
                bits.extend([halves.sum(), V::load(&a).sum()].map(f32::to_bits));
            }
            bits
        }
    }

    #[test]
    fn all_instructions_give_the_same_bits() {
        let portable = Sample.run::<[f32; LANES]>();
        assert_eq!(run(Sample), portable);
        #[cfg(target_arch = "x86_64")]
        if has_avx2() {
            // SAFETY: the processor has these instructions.
            #[expect(unsafe_code, reason = "only the processor can say that it has the instructions")]
            let narrow = unsafe { avx2(Sample) };
            assert_eq!(narrow, portable);
        }
    }

    #[test]
    fn powers_of_e_are_right_to_two_units_in_the_last_place() {
        let worst = (-8_700..=8_800)
            .map(|i| {
                let x = i as f32 / 100.0;
                let right = f64::from(x).exp();
                (f64::from(exp(x)) - right).abs() / right
            })
            .fold(0.0, f64::max);
        assert!(worst < 2.0 * f64::from(f32::EPSILON), "{worst:e}");
        assert_eq!(exp(-1e30), exp(-87.0));
        assert!(exp(f32::NAN).is_nan());
        let worst = (-70_800..=70_900)
            .map(|i| {
                let x = f64::from(i) / 100.0;
                (exp_f64(x) - x.exp()).abs() / x.exp()
            })
            .fold(0.0, f64::max);
        assert!(worst < 2.0 * f64::EPSILON, "{worst:e}");
        assert_eq!((exp_f64(0.0), exp_f64(f64::NEG_INFINITY)), (1.0, 0.0));
    }
}
