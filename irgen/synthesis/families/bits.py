"""Bit work: counting, parity, masks, rotation, codes, byte order, on words and on arrays of words."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "bits"

_WORDS = """
@ popcount: count_bits, bit_count, hamming_weight
= s = popcount(a) for UNS a, return CNT s
a: word | number | integer | unsigned integer
N the number of set bits in {a}
N the number of 1 bits in {a}
N the population count of {a}
N the Hamming weight of {a}
N how many bits of {a} are set
V count the set bits of {a}
V count the ones in the binary representation of {a}
S popcount of {a}
S How many ones are in the binary form of {a}?

@ count_zero_bits: zero_bits
= s = 32 - popcount(a) for u32 a, return CNT s
a: 32-bit word | 32-bit unsigned integer | uint32
N the number of zero bits in {a}
N how many bits of {a} are 0
V count the clear bits of {a}
V count the bits of {a} that are not set
N the number of unset bits in {a}

@ leading_zeros: clz, count_leading_zeros
= s = clz(a) for u32 a in 1..100000, return CNT s
a: nonzero 32-bit word | nonzero 32-bit unsigned integer | positive uint32
N the number of leading zero bits of {a}
V count the leading zeros of {a}
N how many zero bits precede the highest set bit of {a}
N the count of leading zeros in the binary form of {a}
V count the zero bits before the most significant one of {a}

@ trailing_zeros: ctz, count_trailing_zeros
= s = ctz(a) for UNS a in 1..100, return CNT s
a: nonzero word | nonzero number | positive number
N the number of trailing zero bits of {a}
V count the trailing zeros of {a} in binary
N how many zero bits follow the lowest set bit of {a}
N the index of the lowest set bit of {a}
N the position of the least significant 1 bit in {a}
N how often {a} can be halved without a remainder

@ parity_word: parity, odd_parity
= s = parity(a) for UNS a, return CNT s
a: word | number | unsigned integer
N the parity of {a}
N 1 if the number of set bits in {a} is odd and 0 if it is even
N the parity bit of {a} (1 for an odd number of ones)
N the exclusive or of all bits of {a}
V compute whether {a} has an odd number of set bits, as 0 or 1

@ reverse_bits: bit_reverse, reverse_word
= s = bitreverse(a) for u32 a, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
V reverse the bits of {a}
V reverse the order of the bits in {a}
N the bit reversal of {a}
N {a} with its bits in reverse order
V mirror the 32 bits of {a}
V flip {a} so that its lowest bit becomes the highest

@ reverse_byte: byte_reverse_bits
= s = bitreverse(a) for u8 a, return u8 s
a: byte | 8-bit value
V reverse the bits of {a}
N the bit reversal of {a}
N {a} with its eight bits in reverse order
V mirror the bits of {a}
V reverse the order of the 8 bits in {a}

@ rotate_left_bits: rotl, rotate_bits
= s = rotl(a, k) for u32 a, i32 k in 0..32, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
k: number of bits | shift | count
k in 1 5 7 13
V rotate {a} left by {k} [bits|]
V rotate the bits of {a} to the left by {k}
N {a} rotated left by {k}
V do a circular left shift of {a} by {k}
V left-rotate {a} by {k}
S rotl: {a} by {k}

@ rotate_right_bits: rotr
= s = rotr(a, k) for u32 a, i32 k in 0..32, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
k: number of bits | shift | count
k in 1 5 7 13
V rotate {a} right by {k} [bits|]
V rotate the bits of {a} to the right by {k}
N {a} rotated right by {k}
V do a circular right shift of {a} by {k}
V right-rotate {a} by {k}

@ set_bit: bit_set
= s = a | 1 << k for u32 a, i32 k in 0..31, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
k: bit number | bit index | position
k in 0 3 7
V set bit {k} of {a}
V set the bit at {k} in {a} to 1
N {a} with bit {k} set
V turn on bit {k} of {a}
V switch bit {k} of {a} on

@ clear_bit: bit_clear
= s = a & ~(1 << k) for u32 a, i32 k in 0..31, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
k: bit number | bit index | position
k in 0 3 7
V clear bit {k} of {a}
V set the bit at {k} in {a} to 0
N {a} with bit {k} cleared
V turn off bit {k} of {a}
V reset bit {k} of {a}

@ toggle_bit: bit_toggle, flip_bit
= s = a ^ 1 << k for u32 a, i32 k in 0..31, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
k: bit number | bit index | position
k in 0 3 7
V toggle bit {k} of {a}
V flip bit {k} of {a}
N {a} with bit {k} inverted
V invert the bit at {k} of {a}
V change bit {k} of {a} to its opposite

@ test_bit: bit_test, is_bit_set
= s = (a >> k & 1) == 1 for UNS a, i32 k in 0..8, return bool s
a: word | number | unsigned integer
k: bit number | bit index | position
k in 0 3 7
Q bit {k} of {a} is set
Q bit {k} of {a} is 1
Q {a} has bit {k} set
Q the bit at {k} in {a} is on
Q {a} has a 1 at bit {k}
S Is bit {k} of {a} set?

@ extract_bits: bit_field, get_bits
= s = a >> p & (1 << q) - 1 for u32 a, i32 p in 0..16, i32 q in 1..16, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
p: start bit | position | offset
q: width | number of bits | length
V extract {q} bits of {a}, starting at bit {p}
N the bit field of {a} that starts at bit {p} and is {q} bits wide
V get {q} bits from {a} beginning at bit {p}
N the value of the {q!} bits of {a} from bit {p!} upwards
V shift {a} right by {p} and ^keep the lowest {q} bits

@ low_bits: mask_low
= s = a & (1 << k) - 1 for u32 a, i32 k in 0..31, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
k: number of bits | width
k in 4 8 16
N the lowest {k!} bits of {a}
V keep only the lowest {k!} bits of {a}
V mask off all but the {k!} least significant bits of {a}
N {a} modulo 2 to the power {k}
V clear all bits of {a} from bit {k!} upwards

@ lowest_set_bit: isolate_lowest_bit, low_bit
= s = a & -a for u32 a, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
N the lowest set bit of {a} as a value
V isolate the lowest set bit of {a}
V keep only the least significant 1 bit of {a}
N the largest power of two that divides {a}
V clear all set bits of {a} but the lowest

@ clear_lowest_bit: clear_lowest
= s = a & a - 1 for u32 a, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
V clear the lowest set bit of {a}
V turn off the rightmost 1 bit of {a}
N {a} without its lowest set bit
V remove the least significant set bit from {a}
N {a} and {a!} - 1 combined with bitwise and

@ highest_bit: msb_index, floor_log2, highest_set_bit
= s = 31 - clz(a) for u32 a in 1..100000, return CNT s
a: nonzero 32-bit word | nonzero 32-bit unsigned integer | positive uint32
N the index of the highest set bit of {a}
N the position of the most significant 1 bit in {a}
N the floor of the base-2 logarithm of {a}, by bits
N the integer log2 of {a}
V find the highest bit that is set in {a} and ^return its index

@ hamming_words: bit_distance, hamming_distance
= s = popcount(a ^ b) for UNS a, UNS b, return CNT s
a: word | number | integer
b: word | number | integer
N the Hamming distance of the bits of {a,b}
N the number of bits in which {a,b} differ
V count the bits that differ between {a,b}
N how many bits have to be flipped to turn {a} into {b}
V count the differing bits of {a,b}
N the bitwise Hamming distance between {a,b}

@ power_of_two_word: single_bit, is_power_of_two
= s = popcount(a) == 1 for UNS a, return bool s
a: unsigned integer | unsigned number | word
Q {a} is a power of two
Q exactly one bit of {a} is set
Q {a} has a single 1 bit
Q {a} is a power of 2
Q just one bit of {a} is on

@ gray_code: to_gray, binary_to_gray
= s = a ^ a >> 1 for UNS a, return UNS s
a: number | word | unsigned integer
V convert {a} to Gray code
N the Gray code of {a}
N the binary reflected Gray code of {a}
V turn {a} into its Gray code
N {a} xor {a!} shifted right by one

@ from_gray: gray_to_binary, inverse_gray
= s = a; s = s ^ s >> 1; s = s ^ s >> 2; s = s ^ s >> 4; s = s ^ s >> 8; s = s ^ s >> 16 for u32 a, return u32 s
a: 32-bit Gray code
V convert {a} to binary
V decode {a} into an ordinary number
N the number whose Gray code is {a} (32-bit)
V turn {a} back into a binary number
N the binary value of {a}

@ swap_bytes: byte_swap, bswap32
= s = a << 24 | (a & 65280) << 8 | a >> 8 & 65280 | a >> 24 for u32 a, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
V swap the bytes of {a}
V reverse the byte order of {a}
V convert {a} between little-endian and big-endian
N {a} with its four bytes in reverse order
V change the endianness of {a}
N the byte swap of {a}

@ swap_halfwords: swap16
= s = a << 16 | a >> 16 for u32 a, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
V swap the upper and lower 16 bits of {a}
V exchange the two halves of {a}
N {a} with its 16-bit halves exchanged
V exchange the high and low half-words of {a}
V swap the two 16-bit halves of {a}

@ swap_odd_even_bits: swap_adjacent_bits
= s = (a & 1431655765) << 1 | a >> 1 & 1431655765 for u32 a, return u32 s
a: 32-bit word | 32-bit unsigned integer | uint32
V swap the even and odd bits of {a}
V exchange adjacent bits of {a}: bit 0 with bit 1, bit 2 with bit 3 and so on
N {a} with every two neighbouring bits exchanged
V swap each even bit of {a} with the odd bit above it
V swap neighbouring bit pairs in {a}

@ swap_nibbles: nibble_swap
= s = a << 4 | a >> 4 for u8 a, return u8 s
a: byte
V swap the nibbles of {a}
V exchange the high and the low four bits of {a}
N {a} with its two nibbles exchanged
V swap the two 4-bit halves of {a}
V exchange the two hexadecimal digits of {a}

@ pack_bytes: combine_bytes, make_u32
= s = u32(a) << 24 | u32(b) << 16 | u32(c) << 8 | u32(d) for u8 a, u8 b, u8 c, u8 d, return u32 s
V pack the bytes {a!}, {b!}, {c!} and {d!} into a 32-bit word, {a!} being the highest
V combine four bytes {a!}, {b!}, {c!}, {d!} to a uint32, most significant first
N the 32-bit word made of the bytes {a!}, {b!}, {c!}, {d!} in big-endian order
V build a uint32 from the bytes {a!}, {b!}, {c!} and {d!}, the first one highest
V join the bytes {a!}, {b!}, {c!}, {d!} into one unsigned 32-bit integer, big-endian

@ average_no_overflow: midpoint_bits
= s = (a & b) + ((a ^ b) >> 1) for UNS a, UNS b, return UNS s
a: unsigned integer
b: unsigned integer
N the average of {a,b} without overflow, as (a & b) + ((a ^ b) >> 1)
V average {a,b} rounding down, without overflow
N the mean of {a,b} rounded down, computed without overflow
V compute the overflow-free floor average of {a,b}
N the floor of half the sum of {a,b} with no intermediate overflow

@ opposite_bits: complement, bit_not
= s = ~a for UNS a, return UNS s
a: word | unsigned integer | number
V invert all bits of {a}
N the bitwise complement of {a}
V flip every bit of {a}
N the ones' complement of {a}
N bitwise not of {a}

@ hash_mix: mix32, avalanche
= s = a; s = s ^ s >> 16; s = s * 2146121005; s = s ^ s >> 15; s = s * 2221713035; s = s ^ s >> 16 for u32 a, return u32 s
a: 32-bit key | 32-bit unsigned integer
V mix the bits of {a}: xor with itself shifted right by 16, times 2146121005, xor-shift 15, times 2221713035, xor-shift 16
V hash {a} by xor-shift 16, multiplication by 2146121005, xor-shift 15, multiplication by 2221713035, xor-shift 16
S Integer hash of {a}: x ^= x >> 16; x *= 2146121005; x ^= x >> 15; x *= 2221713035; x ^= x >> 16.
V scramble {a} with shifts 16, 15, 16 and the multipliers 2146121005 and 2221713035
V compute a 32-bit hash of {a} (shifts 16, 15, 16; multipliers 2146121005, 2221713035)

@ xorshift: xorshift32, next_random
= s = a; s = s ^ s << 13; s = s ^ s >> 17; s = s ^ s << 5 for u32 a, return u32 s
a: 32-bit state | state | uint32 state
N the next state of xorshift32 after {a}
V advance the xorshift32 generator with state {a} (shifts 13, 17, 5)
V do one xorshift step on {a}: left 13, right 17, left 5
V apply x ^= x << 13, x ^= x >> 17, x ^= x << 5 to {a}
N the xorshift32 successor of {a}

@ lcg: next_lcg, linear_congruential
= s = a * 1664525 + 1013904223 for u32 a, return u32 s
a: 32-bit state | state | seed
N the next state of the linear congruential generator with multiplier 1664525 and increment 1013904223 after {a}
V advance the LCG state {a!}: times 1664525 plus 1013904223, as uint32
V compute {a!} * 1664525 + 1013904223 modulo 2 to the 32
N the successor of {a} under the LCG with 1664525 and 1013904223
V do one step of the Numerical Recipes generator (1664525, 1013904223) from {a}
"""

_ARRAYS = """
@ popcount_sum: total_bits, count_all_bits
= s = sum[i](popcount(x[i])) for UNS[n] x, size n, return i64 s
x: array | array of words | bitmap | bit vector | array of unsigned integers
N the total number of set bits in {x}
N the number of 1 bits in all words of {x}
V count the set bits of all elements of {x}
V add up the population counts of {x}
N how many bits are set in {x}
N the sum of the popcounts of {x}
S How many ones does {x} have in all its words?

@ popcount_each: bit_counts, popcounts
= y[i] = popcount(x[i]) for UNS[n] x, out i32[n] y, size n
N the number of set bits of each element of {x}
N the popcount of every element of {x}
V count the set bits of each element of {x}
V compute the Hamming weight of every word in {x}
N for each element of {x}, how many of its bits are 1

@ bit_counts_upto: counting_bits
= y[i] = popcount(i) for out i32[n] y, size n
N the number of set bits of each index
V fill {y} with the number of 1 bits of every index
V write for each i from 0 to {n!} - 1 the number of ones in its binary form into {y}
N the popcounts of 0, 1, ..., {n!} - 1
V count the bits of all numbers below {n!}, one count for each number

@ xor_all: xor_array, xor_sum, xor_reduce
= s = xor[i](x[i]) for UNS[n] x, size n, return UNS s
N the XOR of all elements of {x}
N the exclusive or of all elements of {x}
V xor all elements of {x} together
V fold {x} with bitwise xor
N the xor sum of {x}
N the bitwise exclusive or over {x}
V combine all values of {x} with ^

@ or_all: or_array, or_reduce
= s = or[i](x[i]) for UNS[n] x, size n, return UNS s
N the bitwise OR of all elements of {x}
V or all elements of {x} together
V fold {x} with bitwise or
N the union of the bits set in {x}
V combine all values of {x} with |

@ and_all: and_array, and_reduce
= s = and[i](x[i]) for UNS[n] x, size n, return UNS s
N the bitwise AND of all elements of {x}
V and all elements of {x} together
V fold {x} with bitwise and
N the bits that are set in every element of {x}
V combine all values of {x} with &

@ single_number: find_single, unpaired
= s = xor[i](x[i]) for INT[n] x, size n, return INT s
N the element of {x} that occurs only once, where every other element occurs twice
V find the single number in {x} in which all others appear twice
N the only unpaired element of {x}, all other values occurring exactly twice
V find the one element of {x} without a partner; all other elements come in pairs
S Every element of {x} appears twice except for one. Find that single one.
N the number that appears once in {x} while all others appear twice

@ xor_arrays: xor_elementwise
= z[i] = x[i] ^ y[i] for UNS[n] x, UNS[n] y, out UNS[n] z, size n
V xor {x,y} elementwise
N the elementwise exclusive or of {x,y}
V combine {x,y} with bitwise xor, element by element
N the bitwise XOR of each pair of elements of {x,y}
V compute {x!}[i] ^ {y!}[i] for every i

@ and_arrays: and_elementwise
= z[i] = x[i] & y[i] for UNS[n] x, UNS[n] y, out UNS[n] z, size n
V and {x,y} elementwise
N the elementwise bitwise and of {x,y}
V combine {x,y} with bitwise and, element by element
N the bitwise AND of corresponding elements of {x,y}
V intersect the bitmaps {x!} and {y!} word by word

@ or_arrays: or_elementwise
= z[i] = x[i] | y[i] for UNS[n] x, UNS[n] y, out UNS[n] z, size n
V or {x,y} elementwise
N the elementwise bitwise or of {x,y}
V combine {x,y} with bitwise or, element by element
N the bitwise OR of corresponding elements of {x,y}
V unite the bitmaps {x!} and {y!} word by word

@ andnot_arrays: and_not
= z[i] = x[i] & ~y[i] for UNS[n] x, UNS[n] y, out UNS[n] z, size n
V clear in each element of {x} the bits set in {y}
N the elementwise and of {x} with the complement of {y}
V compute {x!}[i] & ~{y!}[i] for every i
N {x} and not {y}, bit by bit
V remove the bits of {y} from {x}, element by element

@ not_array: invert_bits, complement_array
= y[i] = ~x[i] for UNS[n] x, out UNS[n] y, size n
V invert all bits of {x}
V complement every element of {x} bitwise
N the bitwise not of each element of {x}
V flip every bit in {x}
N the ones' complement of each element of {x}

@ shift_array_left: shift_left_each
= y[i] = x[i] << k for UNS[n] x, i32 k in 0..8, out UNS[n] y, size n
k: number of bits | shift
k in 1 2 4
V shift each element of {x} left by {k} bits
V shift every element of {x} to the left by {k} bits
N {x} with each element shifted left by {k} bits
V left-shift the elements of {x} by {k} bits
V apply << {k} to every element of {x}

@ shift_array_right: shift_right_each
= y[i] = x[i] >> k for UNS[n] x, i32 k in 0..8, out UNS[n] y, size n
k: number of bits | shift
k in 1 2 4
V shift each element of {x} right by {k} bits
V shift every element of {x} to the right by {k} bits
N {x} with each element shifted right by {k} bits
V right-shift the elements of {x} by {k} bits
V apply >> {k} to every element of {x}

@ mask_array: apply_mask
= y[i] = x[i] & m for UNS[n] x, UNS m, out UNS[n] y, size n
m: mask | bit mask
m in 1 7 15
V and every element of {x} with {m}
V apply {m} to each element of {x} with bitwise and
N each element of {x} masked with {m}
V keep only the bits of {m} in every element of {x}
V mask {x} with {m}, element by element

@ hamming_arrays: bit_differences, hamming_bits
= s = sum[i](popcount(x[i] ^ y[i])) for UNS[n] x, UNS[n] y, size n, return i64 s
N the [total|] number of differing bits between {x,y}
N the bitwise Hamming distance between {x,y}
V count the bits that differ between {x,y}
N how many bits differ between {x,y}
V sum the popcounts of the xor of {x,y}
N the Hamming distance of {x,y} in bits

@ common_bits: shared_bits
= s = sum[i](popcount(x[i] & y[i])) for UNS[n] x, UNS[n] y, size n, return i64 s
N the number of bits set in both of {x,y}
V count the bits that {x,y} have in common as ones
N how many bits are 1 in both of {x,y}
V sum the popcounts of the bitwise and of {x,y}
N the size of the intersection of the bitmaps {x!} and {y!}

@ xor_cipher: xor_encrypt, xor_key
= y[i] = x[i] ^ k for u8[n] x, u8 k, out u8[n] y, size n
x: byte array | array of bytes | buffer of bytes | byte buffer
k: key byte | one-byte key | byte
V encrypt {x} with the XOR cipher and {k}
V xor every byte of {x} with {k}
N each byte of {x} xored with {k}
V apply an XOR cipher with {k} to {x}
V scramble {x} by xoring each byte with {k}

@ xor_cipher_key: repeating_xor, vigenere_xor
= y[i] = x[i] ^ k[i % m] for u8[n] x, u8[m] k, out u8[n] y, size n, size m
x: byte array | array of bytes | buffer of bytes | byte buffer
k: key of bytes | byte key | key
V encrypt {x} by xoring it with the repeating {k}
V xor {x} with {k}, repeating the key as needed
N the repeating-key XOR of {x} with {k}
V apply a repeating-key xor cipher with the byte array {k!} as key to {x}
V xor each byte of {x} with the bytes of {k} in turn, starting over at its end

@ gray_array: gray_codes
= y[i] = i ^ i >> 1 for out i32[n] y, size n
N the Gray codes of 0, 1, 2, ...
V fill {y} with the Gray codes of the indices
V generate the first {n!} Gray codes
V write the Gray code of each index into {y}
N the sequence of the first {n!} binary reflected Gray codes

@ reverse_each: bitreverse_array
= y[i] = bitreverse(x[i]) for u8[n] x, out u8[n] y, size n
x: byte array | array of bytes | buffer of bytes
V reverse the bits of every byte in {x}
N the bit reversal of each byte of {x}
V mirror the bits in each byte of {x}
V flip the bit order of every byte of {x}
N {x} with the bits of each byte in reverse order

@ byteswap_array: swap_endian, bswap_array
= y[i] = x[i] << 24 | (x[i] & 65280) << 8 | x[i] >> 8 & 65280 | x[i] >> 24 for u32[n] x, out u32[n] y, size n
x: array of 32-bit words | array of 32-bit unsigned integers | uint32 array
V swap the bytes of every element of {x}
V convert {x} from little-endian to big-endian
V reverse the byte order of each element of {x}
N each element of {x} with its byte order reversed
V change the endianness of all elements of {x}

@ count_powers_of_two: powers_count
= s = count[i](popcount(x[i]) == 1) for UNS[n] x, size n, return CNT s
N the number of elements of {x} that are powers of two
V count the powers of two in {x}
N how many elements of {x} have exactly one bit set
V count the words of {x} with a single set bit
V count the elements of {x} with exactly one 1 bit

@ count_bit_set: bit_column
= s = count[i]((x[i] >> k & 1) == 1) for UNS[n] x, i32 k in 0..8, size n, return CNT s
k: bit number | bit index | position
k in 0 1 7
N the number of elements of {x} whose bit {k} is set
V count the elements of {x} that have bit {k} set
N how many elements of {x} have a 1 at bit {k}
V count how often bit {k} is set in {x}
V count the words of {x} in which bit {k} is 1

@ bit_plane: extract_plane
= y[i] = x[i] >> k & 1 for u8[n] x, i32 k in 0..8, out u8[n] y, size n
x: byte array | array of bytes | buffer of bytes
k: bit number | bit index
k in 0 3 7
V extract bit {k} of every byte of {x}
N bit plane {k} of {x}
N bit {k} of each byte of {x}, as 0 or 1
V take bit {k} from each byte of {x}
V write 1 where a byte of {x} has bit {k} set and 0 elsewhere

@ bit_histogram: bit_position_counts
= h[k] = count[i]((x[i] >> k & 1) == 1) over k in 0..32 for u32[n] x, out i32[32] h, size n
x: array of 32-bit words | array of 32-bit unsigned integers | uint32 array
N for each of the 32 bit positions the number of elements of {x} with that bit set
V count for every bit position how many words of {x} have it set
N the 32 per-bit counts of {x}
V count the set bits of {x} separately for each bit position
N how often each of the 32 bits is set in {x}

@ unpack_bits: bits_to_bytes, expand_bits
= y[i] = x[i / 8] >> i % 8 & 1 for u8[n] x, out u8[8 * n] y, size n
x: byte array | array of bytes | buffer of bytes
V unpack the bits of {x} into one byte each, lowest bit first
V expand each bit of {x} into a byte that is 0 or 1, least significant bit first
N the bits of {x} as bytes 0 or 1, starting with the lowest bit of each byte
V write every bit of {x} as a byte of its own, LSB first
V unpack {x} bit by bit (low bit first) into an array of zeros and ones

@ pack_bits: bytes_to_bits, compress_bits
= y[i] = sum[j in 0..8](x[8 * i + j] << j) for u8[8 * n] x in 0..2, out u8[n] y, size n
x: byte array of zeros and ones | array of 0/1 bytes
V pack {x} into bits, eight to a byte, lowest bit first
V pack each eight flags of {x} into one byte, the first one lowest
N {x} packed into bytes of eight bits, least significant bit first
V combine every 8 entries of {x} into one byte, LSB first
V compress {x} to a bit field with 8 flags per byte, first flag in the lowest bit

@ parity_array: parity_each
= y[i] = parity(x[i]) for UNS[n] x, out u8[n] y, size n
N the parity bit of each element of {x}, as bytes
V compute the parity of every element of {x} into a byte array
V write for each word of {x} 1 if it has an odd number of set bits, else 0, as bytes
N the parities of the elements of {x}, one byte each
V store the parity of each element of {x} in the byte array {y!}

@ checksum_xor: xor_checksum, lrc
= s = xor[i](x[i]) for u8[n] x, size n, return u8 s
x: byte array | array of bytes | buffer of bytes | byte buffer
N the XOR checksum of {x}
N the exclusive or of all bytes in {x}
V xor all bytes of {x} into one
V compute the xor checksum of {x}
N the longitudinal redundancy check (xor of all bytes) of {x}

@ checksum_sum: sum_bytes, checksum8
= s = u8(sum[i](x[i])) for u8[n] x, size n, return u8 s
x: byte array | array of bytes | buffer of bytes | byte buffer
N the 8-bit checksum of {x}, the sum of its bytes modulo 256
N the sum of all bytes of {x} modulo 256
V add up the bytes of {x} modulo 256
V compute an additive 8-bit checksum of {x}
N the low byte of the sum of {x}

@ fletcher: fletcher16
= seq t[i] = ((i > 0 ? t[i - 1] : 0) + x[i]) % 255 over i in 0..n; seq u[i] = ((i > 0 ? u[i - 1] : 0) + t[i]) % 255 over i in 0..n; s = u[n - 1] << 8 | t[n - 1] for u8[n] x, size n, return u16 s
x: byte array | array of bytes | buffer of bytes
N the Fletcher-16 checksum of {x}
V compute Fletcher-16 over {x}
N the Fletcher checksum of {x} (16 bits, modulo 255)
V checksum {x} with Fletcher-16
S Fletcher-16 of {x}

@ fnv_bytes: fnv1a_bytes, hash_bytes
= s = 2166136261; seq s = (s ^ x[i]) * 16777619 over i in 0..n for u8[n] x, size n, return u32 s
x: byte array | array of bytes | buffer of bytes | byte buffer
N the FNV-1a hash of {x}
V hash {x} with 32-bit FNV-1a
N the 32-bit FNV-1a hash of {x}
V compute FNV-1a over {x}
N the Fowler-Noll-Vo hash (FNV-1a, 32 bit) of {x}
"""

OPERATIONS = read(_WORDS + _ARRAYS)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)
