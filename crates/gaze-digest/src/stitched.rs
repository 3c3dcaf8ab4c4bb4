//! The rounds of SHA-256 (FIPS 180-4) between the steps of MD5.
//!
//! The processor looks some dozens of instructions ahead for one that it can run: blocks of one
//! digest and then the other are too far apart, four steps of each are not. MD5 needs the registers
//! for integers and SHA-256 those for vectors, so neither is in the other's way.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi32, _mm_set_epi64x,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
    _mm_shuffle_epi32,
};
use std::hint::black_box;

use crate::buffer::BLOCK;
use crate::md5::{SINES, f, g, h, i, in_fours, sums, words};

/// The constants of the 64 rounds (FIPS 180-4, 4.2.2), in fours.
static ROUNDS: [[u32; 4]; 16] = [
    [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5],
    [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
    [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3],
    [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc],
    [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
    [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7],
    [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13],
    [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
    [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3],
    [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5],
    [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
    [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208],
    [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
];

/// Takes the blocks into both states.
#[target_feature(enable = "sha,ssse3,sse4.1")]
#[expect(
    clippy::many_single_char_names,
    reason = "the names are those of RFC 1321 and FIPS 180-4"
)]
pub(crate) fn compress(md5: &mut [u32; 4], sha256: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    // As for MD5 alone.
    let k = black_box(&SINES);
    let [mut a, mut b, mut c, mut d] = *md5;
    // The instructions want half of the state in each register, in this order.
    let [s0, s1, s2, s3, s4, s5, s6, s7] = *sha256;
    let (mut abef, mut cdgh) = (four_of([s5, s4, s1, s0]), four_of([s7, s6, s3, s2]));
    for block in blocks {
        let m = words(block);
        let before = [a, b, c, d];
        let (abef_before, cdgh_before) = (abef, cdgh);
        let mut w = [0, 4, 8, 12].map(|at| big_endian([m[at], m[at + 1], m[at + 2], m[at + 3]]));
        macro_rules! four {
            ($n:literal, $f:ident, [$t0:literal, $t1:literal, $t2:literal, $t3:literal],
             [$m0:literal, $m1:literal, $m2:literal, $m3:literal]) => {
                if $n >= 4 {
                    w[$n % 4] =
                        scheduled(w[$n % 4], w[($n + 1) % 4], w[($n + 2) % 4], w[($n + 3) % 4]);
                }
                a = $f(a, b, c, d, m[$m0].wrapping_add(k[4 * $n]), $t0);
                let added = _mm_add_epi32(w[$n % 4], four_of(ROUNDS[$n]));
                cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
                d = $f(d, a, b, c, m[$m1].wrapping_add(k[4 * $n + 1]), $t1);
                c = $f(c, d, a, b, m[$m2].wrapping_add(k[4 * $n + 2]), $t2);
                abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32::<0b1110>(added));
                b = $f(b, c, d, a, m[$m3].wrapping_add(k[4 * $n + 3]), $t3);
            };
        }
        in_fours!(four);
        [a, b, c, d] = sums([a, b, c, d], before);
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    *md5 = [a, b, c, d];
    let ([f, e, b, a], [h, g, d, c]) = (words_of(abef), words_of(cdgh));
    *sha256 = [a, b, c, d, e, f, g, h];
}

/// The first word in the lowest place.
#[target_feature(enable = "sse2")]
fn four_of(words: [u32; 4]) -> __m128i {
    let [a, b, c, d] = words.map(u32::cast_signed);
    _mm_set_epi32(d, c, b, a)
}

#[target_feature(enable = "sse4.1")]
fn words_of(four: __m128i) -> [u32; 4] {
    [
        _mm_extract_epi32::<0>(four),
        _mm_extract_epi32::<1>(four),
        _mm_extract_epi32::<2>(four),
        _mm_extract_epi32::<3>(four),
    ]
    .map(i32::cast_unsigned)
}

/// The words of a block as MD5 reads them, as SHA-256 does.
#[target_feature(enable = "ssse3")]
fn big_endian(words: [u32; 4]) -> __m128i {
    let turned = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    _mm_shuffle_epi8(four_of(words), turned)
}

/// The words that follow the sixteen.
#[target_feature(enable = "sha,ssse3")]
fn scheduled(first: __m128i, second: __m128i, third: __m128i, fourth: __m128i) -> __m128i {
    let sum = _mm_add_epi32(
        _mm_sha256msg1_epu32(first, second),
        _mm_alignr_epi8::<4>(fourth, third),
    );
    _mm_sha256msg2_epu32(sum, fourth)
}
