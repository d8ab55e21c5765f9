"""Moving elements: reverse, rotate, shift, interleave, slice, pad, repeat, filter, fill."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "arrays"

_ORDER = """
@ reverse: reverse_array, reversed_copy
= y[i] = x[n - 1 - i] for NUM[n] x, out NUM[n] y, size n
V reverse {x}
V copy {x} in reverse order
V write the elements of {x} backwards
N {x} in reverse order
N the reverse of {x}
N {x} reversed
V flip {x} so that the last element comes first
V mirror {x} end to end
S The output is {x} read from the last element to the first.

@ reverse_in_place: reverse_inplace, flip
= t[i] = x[i] over i in 0..n; x[i] = t[n - 1 - i] for inout NUM[n] x, size n
V reverse {x} in place
V reverse the order of the elements of {x} in place
V flip {x} around in-place
V swap the elements of {x} end for end, in place
V reverse {x} without using another array
V overwrite {x} with its reverse

@ copy: copy_array, array_copy
= y[i] = x[i] for NUM[n] x, out NUM[n] y, size n
V copy {x}
V copy all elements of {x} to {y}
V copy {x} into {y}
N a copy of {x}
V duplicate {x}
V copy every element of {x}
S memcpy-like: copy {x} to {y}.

@ fill: fill_array, set_all
= y[i] = k for NUM k, out NUM[n] y, size n
k: value | constant | number
k in 0 1 7
V set all elements of {y} to {k}
V fill {y} with {k}
V assign {k} to every element of {y}
V initialise each element of {y} with {k}
V write {k} into all entries of {y}
S Every element of {y} becomes {k}.

@ iota: iota_array, fill_range, arange
= y[i] = i for out INT[n] y, size n
V fill {y} with 0, 1, 2, ...
V set each element of {y} to its index
V write the numbers 0 to {n!} - 1 into {y}
V fill {y} with its own indices
V generate the sequence 0, 1, 2, ... in {y}
S Each element of {y} is its index.

@ iota_from: range_from, arange_step
= y[i] = p + i * q for NUM p, NUM q, out NUM[n] y, size n
p: start | start value | first value
q: step | increment
V fill {y} with an arithmetic sequence starting at {p!} with step {q!}
V generate an arithmetic progression in {y} from {p} in steps of {q}
V write {p}, then each time {q} more, into {y}
N the arithmetic sequence with first term {p!} and common difference {q!}
S Element i of {y} is {p} plus i times {q}.

@ linspace: lin_space, evenly_spaced
= y[i] = p + i * (q - p) / (n - 1) for FLT p, FLT q, out FLT[n] y, size n
p: start | start value | lower end
q: end | end value | upper end
V fill {y} with evenly spaced values from {p} to {q}, both included
N {n!} evenly spaced points from {p} to {q} inclusive
V generate a linspace from {p} to {q} in {y}
V divide the interval from {p} to {q} evenly into the elements of {y}, ends included
S Like NumPy's linspace: {y} goes from {p} to {q} in equal steps, ends included.

@ rotate_left: rotate, left_rotate, rotl_array
= y[i] = x[(i + k) % n] for NUM[n] x, i64 k in 0..n, out NUM[n] y, size n
k: offset | amount | shift | number
k in 1 2 3
V rotate {x} left by {k} [positions|places|steps]
V rotate {x} to the left by {k}
V shift {x} cyclically to the left by {k}
N {x} rotated left by {k}
V left-rotate {x} by {k}
V move the first {k} elements of {x} to the end
V do a circular left shift of {x} by {k}

@ rotate_right: right_rotate, rotr_array
= y[(i + k) % n] = x[i] for NUM[n] x, i64 k in 0..n, out NUM[n] y, size n
k: offset | amount | shift | number
k in 1 2 3
V rotate {x} right by {k} [positions|places|steps]
V rotate {x} to the right by {k}
V shift {x} cyclically to the right by {k}
N {x} rotated right by {k}
V right-rotate {x} by {k}
V move the last {k} elements of {x} to the front
V do a circular right shift of {x} by {k}

@ rotate_left_in_place: rotate_inplace
= t[i] = x[i] over i in 0..n; x[i] = t[(i + k) % n] for inout NUM[n] x, i64 k in 0..n, size n
k: offset | amount | shift
k in 1 2 3
V rotate {x} left by {k} in place
V rotate {x} in place by {k} positions to the left
V shift {x} cyclically to the left by {k}, in place
V left-rotate {x} in-place by {k}
V move the first {k} elements of {x} to its end, in place

@ shift_right: delay, shift_zero
= y[i] = i < k ? 0 : x[i - k] for NUM[n] x, i64 k in 0..n, out NUM[n] y, size n
k: offset | amount | shift
k in 2 3 4
V shift {x} right by {k}, filling with zeros
V shift {x} to the right by {k} places and ^put zeros in front
V delay {x} by {k} samples, zeros first
N {x} shifted right by {k} with zeros at the start
V move every element of {x} {k} places to the right, filling the start with zeros

@ shift_left: advance
= y[i] = i + k < n ? x[i + k] : 0 for NUM[n] x, i64 k in 0..n, out NUM[n] y, size n
k: offset | amount | shift
k in 1 2 3
V shift {x} left by {k}, filling with zeros
V shift {x} to the left by {k} places and ^put zeros at the end
N {x} shifted left by {k} with zeros at the end
V move every element of {x} {k} places to the left, filling the end with zeros
V drop the first {k} elements of {x} and ^append zeros

@ swap_halves: swap_half, half_shift
= y[i] = x[(i + n / 2) % n] for NUM[n] x, out NUM[n] y, size n
V swap the two halves of {x} (rotate by half the length)
V exchange the first and second half of {x}, as a rotation by {n!} / 2
V rotate {x} left by half its length
N {x} with its halves exchanged, for even length
V put the second half of {x} first, then the first half

@ swap_pairs: swap_adjacent, pairwise_swap
= y[i] = i % 2 == 0 ? (i + 1 < n ? x[i + 1] : x[i]) : x[i - 1] for NUM[n] x, out NUM[n] y, size n
V swap [adjacent|neighbouring] pairs of {x}
V swap each element of {x} at an even index with the next one
N {x} with elements 0 and 1, 2 and 3, and so on exchanged
V exchange every two neighbouring elements of {x}: first with second, third with fourth, ...
V swap consecutive pairs in {x}, leaving a last single element

@ swap_arrays: swap, exchange
= t[i] = x[i] over i in 0..n; x[i] = y[i]; y[i] = t[i] for inout NUM[n] x, inout NUM[n] y, size n
V swap the contents of {x,y}
V exchange the elements of {x,y}
V swap {x,y} element by element
V interchange {x,y}
S Swap {x,y}, as BLAS dswap does.

@ swap_elements: swap_two
= t = x[p]; x[p] = x[q]; x[q] = t for inout NUM[n] x, i64 p in 0..n, i64 q in 0..n, size n
p: index | position
q: index | position
V swap the elements of {x} at positions {p} and {q}
V exchange the elements of {x} at indices {p} and {q}
V swap {x!}[{p!}] and {x!}[{q!}]
V interchange entries {p} and {q} of {x}
V swap two elements of {x}, given their indices {p} and {q}

@ mirror: mirrored, append_reverse
= y[i] = i < n ? x[i] : x[2 * n - 1 - i] for NUM[n] x, out NUM[2 * n] y, size n
V append the reverse of {x} to {x}
V write {x} followed by its reverse
N {x} followed by {x} reversed
V mirror {x}, doubling its length: first as it is, then backwards
V concatenate {x} with its reverse
"""

_PARTS = """
@ interleave: zip_arrays, riffle
= y[i] = i % 2 == 0 ? p[i / 2] : q[i / 2] over i in 0..2 * n for NUM[n] p, NUM[n] q, out NUM[2 * n] y, size n
V interleave {p,q}
V interleave the elements of {p,q}: first of the one, first of the other, and so on
V zip {p,q} into one array with alternating elements
N the elements of {p,q} alternately
V merge {p,q} by taking elements in turn
V alternate elements from {p} and {q}

@ deinterleave: split_even_odd, unzip
= y[i] = x[2 * i]; z[i] = x[2 * i + 1] for NUM[2 * n] x, out NUM[n] y, out NUM[n] z, size n
V split {x} into its elements at even and at odd indices
V deinterleave {x} into two arrays
V separate {x}, of length 2{n!}, into the even-indexed and the odd-indexed elements
V unzip {x} into two halves: even positions and odd positions
V write the elements of {x} at even positions to {y} and those at odd positions to {z}

@ even_positions: every_second, decimate
= y[i] = x[2 * i] over i in 0..(n + 1) / 2 for NUM[n] x, out NUM[(n + 1) / 2] y, size n
V copy every second element of {x}, starting with the first
V take the elements of {x} at even indices
N the elements of {x} at even positions 0, 2, 4, ...
V keep every other element of {x}, starting at index 0
V drop the elements of {x} at odd indices

@ slice: sub_array, copy_range
= y[i] = x[p + i] over i in 0..m for NUM[n] x, i64 p in 0..n - m + 1, out NUM[m] y, size n, size m
p: start index | offset | start | position
p in 1 2 5
V copy {m} elements of {x} starting at {p}
V extract the slice of {x} with {m} elements that starts at {p}
N the subarray of {x} of length {m} beginning at index {p}
N {m} consecutive elements of {x} from index {p} on
V cut {m} elements out of {x}, from {p} on

@ first_elements: take, head_of
= y[i] = x[i] for NUM[n] x, out NUM[k] y, size n, size k
N the first {k} elements of {x}
V copy the first {k} elements of {x}
V take the leading {k} elements of {x}
V truncate {x} to {k} elements
N the prefix of {x} with length {k}

@ last_elements: tail_of
= y[i] = x[n - k + i] for NUM[n] x, out NUM[k] y, size n, size k
N the last {k} elements of {x}
V copy the last {k} elements of {x}
V take the trailing {k} elements of {x}
V keep only the final {k} elements of {x}
N the suffix of {x} with length {k}

@ concat: concatenate, append_arrays, join
= z[i] = i < n ? x[i] : y[i - n] for NUM[n] x, NUM[m] y, out NUM[n + m] z, size n, size m
V concatenate {x,y}
V append {y} to {x}
V join {x,y} one after the other
N the concatenation of {x,y}
N {x} followed by {y}
V put {x,y} together into one array
V copy {x} and then {y} into one array

@ pad: pad_zero, zero_pad
= y[i] = i >= p && i < n + p ? x[i - p] : 0 for NUM[n] x, out NUM[n + 2 * p] y, size n, size p
V pad {x} with {p} zeros on both sides
V add {p} zeros before and after {x}
N {x} with {p} zeros at each end
V surround {x} by {p} zeros on the left and on the right
V zero-pad {x} by {p} at both ends

@ repeat_each: repeat_elements, upsample
= y[i] = x[i / k] for NUM[n] x, out NUM[n * k] y, size n, size k
V repeat each element of {x} {k} times
V upsample {x} by a factor of {k}, repeating each element
N each element of {x} repeated {k} times in a row
V stretch {x} so that every element appears {k} times in succession
V duplicate every element of {x} {k} times

@ tile: repeat_array, tile_array
= y[i] = x[i % n] for NUM[n] x, out NUM[n * k] y, size n, size k
V repeat {x} {k} times
V tile {x} {k} times
N {k} copies of {x} one after the other
V write {x} {k} times in succession
V concatenate {k} copies of {x}

@ insert_at: insert_value, insert_element
= y[i] = i < p ? x[i] : i == p ? k : x[i - 1] for NUM[n] x, i64 p in 0..n, NUM k, out NUM[n + 1] y, size n
p: index | position
k: value | element | number
V insert {k} into {x} at {p}
V insert {k} at {p} of {x}, moving the later elements up
N {x} with {k} inserted before {p}
V put {k} into {x} at {p} and ^shift the rest by one
V copy {x}, inserting {k} at {p}

@ remove_at: delete_at, erase
= y[i] = i < p ? x[i] : x[i + 1] over i in 0..n - 1 for NUM[n] x, i64 p in 0..n, out NUM[n - 1] y, size n
p: index | position
p in 0 1
V remove the element of {x} at index {p}
V delete entry {p} from {x}
N {x} without its element at index {p}
V erase the element at {p} of {x}, closing the gap
V copy {x}, leaving out the element at {p}

@ append_value: push_back
= y[i] = i < n ? x[i] : k for NUM[n] x, NUM k, out NUM[n + 1] y, size n
k: value | element | number
V append {k} to {x}
V add {k} at the end of {x}
N {x} followed by {k}
V copy {x} and ^put {k} behind it
V extend {x} by {k} as a last element

@ prepend_value: push_front
= y[i] = i == 0 ? k : x[i - 1] for NUM[n] x, NUM k, out NUM[n + 1] y, size n
k: value | element | number
V prepend {k} to {x}
V insert {k} at the beginning of {x}
N {k} followed by the elements of {x}
V put {k} in front of {x}
V copy {x} behind a first element {k}

@ permute: apply_permutation, reorder
= y[i] = x[p[i]] for NUM[n] x, i32[n] p permutation, out NUM[n] y, size n
p: permutation | permutation array
V reorder {x} by {p}: element i of the result is the element of {x} that entry i of {p} points to
V permute {x} by {p} (a gather)
V apply {p} to {x}, reading {x} at the permuted indices
N {x} permuted by {p}, read through it
V gather the elements of {x} in the order of {p}

@ inverse_permutation: invert_permutation
= y[p[i]] = i for i32[n] p permutation, out i32[n] y, size n
p: permutation | permutation array
V invert {p}
N the inverse of {p}
N the inverse permutation of {p}
V compute the inverse of {p}
V find for each index its position in {p}

@ reshape: to_matrix
= A[i, j] = x[i * m + j] for NUM[n * m] x, out NUM[n, m] A, size n, size m
V reshape {x} into a matrix of {n!} rows and {m!} columns, row by row
V copy {x} into an {n!} by {m!} matrix in row-major order
N {x} as a matrix with {n!} rows and {m!} columns
V arrange the elements of {x} row by row in an {n!} x {m!} matrix
V turn {x} into a 2D array with {n!} rows and {m!} columns

@ flatten: to_vector, ravel
= y[i * m + j] = A[i, j] over i in 0..n, j in 0..m for NUM[n, m] A, out NUM[n * m] y, size n, size m
V flatten {A} into a vector row by row
V copy {A} into a one-dimensional array in row-major order
N the elements of {A} as one vector, row after row
V flatten {A}
V unroll {A} row by row into an array

@ flatten_columns: vec_columns
= y[j * n + i] = A[i, j] over i in 0..n, j in 0..m for NUM[n, m] A, out NUM[n * m] y, size n, size m
V flatten {A} column by column
V copy {A} into a one-dimensional array in column-major order
N the elements of {A} as one vector, column after column
V stack the columns of {A} into one vector
V vectorise {A} columnwise
"""

_CHOICES = """
@ keep_positive: filter_positive, positives, select_positive
= y = filter[i | x[i] > 0](x[i]) for NUM[n] x, out NUM[n] y, size n
V copy the positive elements of {x}
V keep only the positive values of {x}
V filter out everything from {x} that is not positive
N the positive elements of {x}, in order
V remove all elements of {x} that are zero or negative
V collect the positive numbers of {x}
V select the entries of {x} greater than zero

@ keep_nonzero: compact, remove_zeros, nonzeros
= y = filter[i | x[i] != 0](x[i]) for NUM[n] x, out NUM[n] y, size n
V remove the zeros from {x}
V compact {x} by dropping its zeros
V keep only the nonzero values of {x}
N the nonzero elements of {x}, in order
V collect the elements of {x} that are not zero
V delete all zero entries of {x}

@ keep_even: filter_even, evens
= y = filter[i | x[i] % 2 == 0](x[i]) for INT[n] x, out INT[n] y, size n
V copy the even numbers of {x}
V keep only the even elements of {x}
N the even elements of {x}, in order
V collect the even values of {x}
V remove the odd numbers from {x}
V select all even numbers in {x}

@ keep_odd: filter_odd, odds
= y = filter[i | x[i] % 2 != 0](x[i]) for INT[n] x, out INT[n] y, size n
V copy the odd numbers of {x}
V keep only the odd elements of {x}
N the odd elements of {x}, in order
V collect the odd values of {x}
V remove the even numbers from {x}

@ keep_greater: filter_greater, above_threshold
= y = filter[i | x[i] > k](x[i]) for NUM[n] x, NUM k, out NUM[n] y, size n
k: threshold | limit | value | bound
k in 0 10 100
V keep the elements of {x} greater than {k}
V copy those elements of {x} that exceed {k}
N the elements of {x} above {k}, in order
V collect the values of {x} larger than {k}
V drop all elements of {x} that are at most {k}
V select the entries of {x} greater than {k}

@ keep_less: filter_less, below_threshold
= y = filter[i | x[i] < k](x[i]) for NUM[n] x, NUM k, out NUM[n] y, size n
k: threshold | limit | value | bound
k in 0 10 100
V keep the elements of {x} less than {k}
V copy those elements of {x} that are smaller than {k}
N the elements of {x} below {k}, in order
V collect the values of {x} under {k}
V drop all elements of {x} that are {k} or more
V select the entries of {x} less than {k}

@ keep_between: filter_range
= y = filter[i | x[i] >= p && x[i] <= q](x[i]) for NUM[n] x, NUM p, NUM q, out NUM[n] y, size n
p: lower bound | lower limit
q: upper bound | upper limit
V keep the elements of {x} between {p} and {q}, both included
V copy the elements of {x} that are at least {p} and at most {q}
N the elements of {x} in the closed interval from {p} to {q}
V select those values of {x} that lie in the range from {p} to {q} (inclusive)
V drop the elements of {x} below {p} or above {q}

@ remove_value: remove_all, without_value
= y = filter[i | x[i] != k](x[i]) for NUM[n] x, NUM k, out NUM[n] y, size n
k: value | number | element
k in 0 1 3
V remove all elements of {x} equal to {k}
V remove every occurrence of {k} from {x}
N {x} without the elements equal to {k}
V copy the elements of {x} that differ from {k}
V delete {k} wherever it occurs in {x}

@ remove_value_count: remove_element, erase_value
= y = filter[i | x[i] != k](x[i]); s = count[i](x[i] != k) for NUM[n] x, NUM k, out NUM[n] y, size n, return CNT s
k: value | number | element
k in 0 1 3
V copy the elements of {x} that differ from {k} and ^return how many there are
V remove every occurrence of {k} from {x} and ^return the new length
V delete all elements equal to {k} from {x}, returning how many are left
V keep the elements of {x} not equal to {k} in {y} and ^return their number
V drop {k} from {x} everywhere and ^return the count of the remaining elements

@ nonzero_indices: find_nonzero, where_nonzero
= y = filter[i | x[i] != 0](i) for NUM[n] x, out i32[n] y, size n
N the indices of the nonzero elements of {x}
N the positions at which {x} is not zero
V collect the indices of all nonzero entries of {x}
V find all indices where {x} is nonzero
V list the positions of the nonzero elements of {x}
V write the index of every nonzero element of {x}

@ indices_of: find_all, all_indices_of
= y = filter[i | x[i] == k](i) for NUM[n] x, NUM k, out i32[n] y, size n
k: value | target | number
k in 0 1 5
N the indices of all elements of {x} equal to {k}
N all positions at which {k} occurs in {x}
V collect the indices where {x} equals {k}
V find every index at which {x} has {k}
V list the positions of {k} in {x}

@ indices_greater: where_greater
= y = filter[i | x[i] > k](i) for NUM[n] x, NUM k, out i32[n] y, size n
k: threshold | limit | value
k in 0 10
N the indices of all elements of {x} greater than {k}
N all positions at which {x} exceeds {k}
V collect the indices where {x} is above {k}
V find every index at which {x} is larger than {k}
V list the positions of the elements of {x} exceeding {k}

@ masked_copy: compress, select_by_mask
= y = filter[i | m[i] != 0](x[i]) for NUM[n] x, u8[n] m in 0..2, out NUM[n] y, size n
m: byte mask | mask of bytes
V copy the elements of {x} where {m} is nonzero
V compress {x} by {m}
V keep the elements of {x} selected by {m}
N the elements of {x} at the positions where {m} is set
V select the entries of {x} whose flag in {m} is not 0

@ replace_value: substitute, replace_all
= y[i] = x[i] == p ? q : x[i] for NUM[n] x, NUM p, NUM q, out NUM[n] y, size n
p: old value | value | number
q: new value | value | number
p in 0 -1
q in 0 1
V replace every {p} in {x} by {q}
V replace all elements of {x} equal to {p} with {q}
V substitute {q} for {p} in {x}
N {x} with each {p} replaced by {q}
V change all entries of {x} that are {p} into {q}

@ replace_negative: zero_negatives, clip_negative
= y[i] = max(x[i], 0) for NUM[n] x, out NUM[n] y, size n
V replace the negative elements of {x} by zero
V set all negative values of {x} to 0
N {x} with its negative entries set to zero
V zero out the negative numbers in {x}
V copy {x}, turning negative elements into 0

@ replace_negative_in_place: zero_negatives_inplace
= x[i] = max(x[i], 0) for inout NUM[n] x, size n
V replace the negative elements of {x} by zero in place
V set all negative values of {x} to 0, in place
V zero out the negative numbers in {x} in-place
V overwrite every negative element of {x} with 0
V modify {x} in place so that negative entries become zero

@ merge_by_mask: select, blend, where_mask
= z[i] = m[i] != 0 ? x[i] : y[i] for u8[n] m in 0..2, NUM[n] x, NUM[n] y, out NUM[n] z, size n
m: byte mask | mask of bytes
V select elementwise from {x} where {m} is nonzero, else from {y}
V take elements of {x} where {m} is set and of {y} elsewhere
V blend {x,y} by {m}: the first where it is nonzero, the second where it is 0
N {x} where {m} is nonzero and {y} where it is zero
V choose for each position the element of {x} if {m} is not 0 and otherwise that of {y}

@ adjacent_differences: differences, diff
= y[i] = x[i + 1] - x[i] for NUM[n] x, out NUM[n - 1] y, size n
N the differences between consecutive elements of {x}
N each element of {x} minus the one before, from the second on
V compute the first differences of {x}
V subtract each element of {x} from the next one
N the consecutive differences of {x}, one fewer than elements
V take the discrete difference of {x}
S Like NumPy's diff for {x}.

@ pair_sums: adjacent_sums
= y[i] = x[i] + x[i + 1] for NUM[n] x, out NUM[n - 1] y, size n
N the sums of adjacent elements of {x}
V add each element of {x} to the next one, giving one value fewer
N the sums of every two neighbouring elements of {x}
V compute the sum of each pair of consecutive elements of {x}
N the pairwise sums of neighbours in {x}

@ block_max: chunk_max, max_pool_blocks
= y[i] = max[j in 0..k](x[k * i + j]) over i in 0..n / k for NUM[n] x, i64 k in 1..n + 1, out NUM[n / k] y, size n
k: block length | block size
N the maximum of each consecutive block of {k} elements of {x}
V split {x} into chunks of {k} elements and ^find the maximum of each
V reduce each block of {k} elements of {x} to its largest
N the largest element of each group of {k} successive elements in {x}
V take the maximum over every {k} consecutive elements of {x}, without overlap

@ array_alternating_sign: alternate_signs
= y[i] = i % 2 == 0 ? x[i] : -x[i] for NUM[n] x, out NUM[n] y, size n
V negate the elements of {x} at odd indices
V flip the sign of every second element of {x}, starting with the second
N {x} with alternating signs: +, -, +, - and so on
V multiply {x} by 1, -1, 1, -1, ...
V change the sign of the odd-indexed elements of {x}

@ set_range: fill_range, set_slice
= x[i] = k over i in p..q for inout NUM[n] x, i64 p in 0..n / 2, i64 q in n / 2..n, NUM k, size n
p: start index | start
q: end index | end
k: value | constant
V set the elements of {x} from {p} up to but not including {q} to {k}
V fill {x} between {p} (inclusive) and {q} (exclusive) with {k}
V write {k} to the entries of {x} from {p} to {q}, the latter excluded
V overwrite the half-open range from {p} to {q} of {x} with {k}
V assign {k} to the part of {x} that starts at {p} and ends before {q}

@ reverse_range: reverse_prefix
= y[i] = i < k ? x[k - 1 - i] : x[i] for NUM[n] x, i64 k in 0..n, out NUM[n] y, size n
k: number | count
k in 2 3
V reverse the first {k} elements of {x} and ^keep the rest
V copy {x} with its first {k} elements reversed
N {x} with the first {k} elements in reverse order
V flip the prefix of length {k} of {x}
V reverse only the leading {k} elements of {x}

@ multiplication_table: times_table
= A[i, j] = (i + 1) * (j + 1) for out INT[n, n] A, size n
V fill {A} with the multiplication table from 1 to {n!}
V build the {n!} by {n!} multiplication table
N the multiplication table up to {n!} times {n!}
V write the products of row number and column number, counted from 1, into {A}
S Element (i, j) of {A} is (i + 1) * (j + 1).

@ identity_matrix: identity, eye
= A[i, j] = i == j ? 1 : 0 for out NUM[n, n] A, size n
V set {A} to the identity matrix
V create the identity matrix of order {n!}
N the {n!} by {n!} identity matrix
V fill {A} with ones on the diagonal and zeros elsewhere
V write an identity matrix into {A}

@ squares_table: squares
= y[i] = i * i for out INT[n] y, size n
V fill {y} with the squares 0, 1, 4, 9, ...
V write the square of each index into {y}
N the squares of 0 to {n!} - 1
V generate the first {n!} square numbers, starting with 0
S Each element of {y} is the square of its index.

@ powers_table: powers
= y[0] = 1; seq y[i] = y[i - 1] * k over i in 1..n for FLT k, out FLT[n] y, size n
k: base | number
k in 2 0.5
V fill {y} with the powers of {k}, from the 0th on
N the first {n!} powers of {k}, starting with 1
V write 1, {k}, its square, its cube and so on into {y}
V generate successive powers of {k} in {y}, beginning with power 0
S Element i of {y} is {k} to the power i.
"""

OPERATIONS = read(_ORDER + _PARTS + _CHOICES)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)
