"""Searching arrays: where something first or last holds, how often, whether at all; runs, pairs, subarrays."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "search"

_FINDS = """
@ linear_search: find_first, index_of, search, find_index
= s = first[i](x[i] == k) for NUM[n] x, NUM k, size n, return CNT s
k: value | target | key | number | target value | element
k in 0 1 5 7 42
N the index of the first element of {x} equal to {k}, or -1
N the index of the first occurrence of {k} in {x}, or -1 if [there is none|it is not found|it is absent]
N the position of {k} in {x}, -1 if not found
N the first index i with {x!}[i] equal to {k}, or -1
V search {x} for {k} and ^return its index, or -1 if it is not present
V find {k} in {x} by linear search and ^return the index of the first match, -1 if none
V look for {k} in {x} and ^give the position where it first appears, or -1
V perform a linear search for {k} in {x}; the result is the index or -1
V locate {k} in {x} (-1 if missing)
S Where in {x} does {k} first occur? -1 if nowhere.
S Linear search: index of {k} in {x}, -1 when absent.

@ last_index_of: find_last, last_occurrence
= s = last[i](x[i] == k) for NUM[n] x, NUM k, size n, return CNT s
k: value | target | key | number
k in 0 1 5 7 42
N the index of the last element of {x} equal to {k}, or -1
N the index of the last occurrence of {k} in {x}, or -1 if there is none
N the last position of {k} in {x}, -1 if not found
V search {x} from the end for {k} and ^return its index, or -1 if it is not present
V find the last occurrence of {k} in {x}
V locate {k} in {x} searching backwards, -1 if missing
N the largest index at which {x} holds {k}, -1 if none

@ contains: has_value, is_member, exists
= s = any[i](x[i] == k) for NUM[n] x, NUM k, size n, return bool s
k: value | target | key | number | element
k in 0 1 5 7 42
Q {x} contains {k}
Q {k} is in {x}
Q {k} occurs in {x}
Q any element of {x} equals {k}
Q {k} is present in {x}
Q {k} is one of the elements of {x}
Q at least one entry of {x} is equal to {k}
S Does {x} contain {k}?

@ count_equal: count_of, count_occurrences, occurrences
= s = count[i](x[i] == k) for NUM[n] x, NUM k, size n, return CNT s
k: value | target | key | number
k in 0 1 5 7
N the number of elements of {x} equal to {k}
N how often {k} occurs in {x}
N the number of occurrences of {k} in {x}
N how many [times|entries of] {x} [equal|are equal to] {k}
V count the occurrences of {k} in {x}
V count how many times {k} appears in {x}
V count the elements of {x} that are equal to {k}
V count every match of {k} in {x}
S How many elements of {x} equal {k}?

@ count_not_equal: count_other
= s = count[i](x[i] != k) for NUM[n] x, NUM k, size n, return CNT s
k: value | number
k in 0 1
N the number of elements of {x} that differ from {k}
N how many entries of {x} are not equal to {k}
V count the elements of {x} different from {k}
V count the elements of {x} that are not {k}
N the count of elements in {x} unequal to {k}

@ count_nonzero: nonzero_count, num_nonzero
= s = count[i](x[i] != 0) for NUM[n] x, size n, return CNT s
N the number of nonzero elements [in|of] {x}
N how many elements of {x} are nonzero
V count the nonzero [elements|entries|values] of {x}
V count the non-zeros in {x}
N the count of entries of {x} that are not zero
N nnz of {x}
S How many non-zero values does {x} have?

@ first_greater: first_above, find_first_greater
= s = first[i](x[i] > k) for NUM[n] x, NUM k, size n, return CNT s
k: threshold | value | limit | number
k in 0 1 10 100
N the index of the first element of {x} [greater than|larger than|above|exceeding] {k}, or -1
N the first position where {x} exceeds {k}, -1 if it never does
V find the first element of {x} that is greater than {k} and ^return its index, or -1
V locate the first value of {x} above {k}
N the smallest index at which {x} is larger than {k}, -1 if none
V search {x} for the first entry exceeding {k}; -1 if there is none
S At which index does {x} first go above {k}? -1 if never.

@ first_less: first_below, find_first_less
= s = first[i](x[i] < k) for NUM[n] x, NUM k, size n, return CNT s
k: threshold | value | limit | number
k in 0 1 10 100
N the index of the first element of {x} [less than|smaller than|below|under] {k}, or -1
N the first position where {x} falls below {k}, -1 if it never does
V find the first element of {x} that is less than {k} and ^return its index, or -1
V locate the first value of {x} below {k}
N the smallest index at which {x} is under {k}, -1 if none
S At which index does {x} first drop below {k}? -1 if never.

@ last_greater: last_above
= s = last[i](x[i] > k) for NUM[n] x, NUM k, size n, return CNT s
k: threshold | value | limit
k in 0 1 10
N the index of the last element of {x} greater than {k}, or -1
N the last position where {x} exceeds {k}, -1 if it never does
V find the last element of {x} that is larger than {k} and ^return its index, or -1
V locate the last value of {x} above {k}
N the largest index at which {x} is above {k}, -1 if none

@ first_negative: find_negative, index_of_negative
= s = first[i](x[i] < 0) for NUM[n] x, size n, return CNT s
N the index of the first negative element of {x}, or -1
N the position of the first negative number in {x}, -1 if there is none
V find the first negative value in {x} and ^return its index, or -1
V locate the first entry of {x} below zero
N the first index at which {x} is negative, -1 if none
S Where is the first negative number of {x}? Return -1 if all are nonnegative.

@ first_zero: find_zero, index_of_zero
= s = first[i](x[i] == 0) for NUM[n] x, size n, return CNT s
N the index of the first zero in {x}, or -1
N the position of the first zero element of {x}, -1 if there is none
V find the first zero of {x} and ^return its index, or -1
V locate the first entry of {x} that is zero
N the first index at which {x} is 0, -1 if none

@ first_even: find_even
= s = first[i](x[i] % 2 == 0) for INT[n] x, size n, return CNT s
N the index of the first even number in {x}, or -1
N the position of the first even element of {x}, -1 if there is none
V find the first even value in {x} and ^return its index, or -1
V locate the first even number of {x}
N the first index at which {x} holds an even number, -1 if none

@ first_local_max: find_peak, first_peak
= s = first[i](x[i] > x[i - 1] && x[i] > x[i + 1]) for NUM[n] x, size n, return CNT s
N the index of the first local maximum of {x}, or -1
N the index of the first peak in {x}, that is an element larger than both neighbours, -1 if none
V find the first element of {x} that is greater than both its neighbours and ^return its index, -1 if there is none
V locate the first inner peak of {x}
N the position of the first interior element of {x} greater than both neighbours, or -1

@ count_peaks: count_local_maxima, num_peaks
= s = count[i](x[i] > x[i - 1] && x[i] > x[i + 1]) for NUM[n] x, size n, return CNT s
N the number of [local maxima|peaks] in {x}
N the number of interior elements of {x} greater than both neighbours
V count the local maxima of {x}
V count the peaks in {x}, elements larger than the one before and the one after
N how many elements of {x} are larger than both their neighbours
S How many peaks does {x} have?

@ count_valleys: count_local_minima, num_valleys
= s = count[i](x[i] < x[i - 1] && x[i] < x[i + 1]) for NUM[n] x, size n, return CNT s
N the number of [local minima|valleys] in {x}
N the number of interior elements of {x} smaller than both neighbours
V count the local minima of {x}
V count the valleys in {x}, elements smaller than the one before and the one after
N how many elements of {x} are less than both their neighbours

@ sign_changes: count_sign_changes, zero_crossings
= s = count[i in 1..n](x[i] * x[i - 1] < 0) for NUM[n] x, size n, return CNT s
N the number of sign changes between [consecutive|adjacent] elements of {x}
N the number of zero crossings in {x}, where consecutive elements have opposite signs
V count the zero crossings of {x}: pairs of neighbours whose product is negative
V count how often the sign changes from one element of {x} to the next
V count the adjacent pairs of {x} with a negative product

@ count_increases: increases, rising_steps
= s = count[i in 1..n](x[i] > x[i - 1]) for NUM[n] x, size n, return CNT s
N the number of times {x} increases from one element to the next
N how many elements of {x} are larger than the element before
V count the increases in {x}
V count the rising steps between consecutive elements of {x}
N the number of elements of {x} greater than their predecessor
S How many values of {x} are greater than the previous one?

@ count_decreases: decreases, falling_steps, descents
= s = count[i in 1..n](x[i] < x[i - 1]) for NUM[n] x, size n, return CNT s
N the number of times {x} decreases from one element to the next
N how many elements of {x} are smaller than the element before
V count the decreases in {x}
V count the descents of {x}, positions where the next element is smaller
N the number of elements of {x} less than their predecessor
"""

_EXTREMES = """
@ argmax: index_of_max, arg_max, max_index
= s = argmax[i](x[i]) for NUM[n] x, size n, return CNT s
N the index of the [largest|maximum|greatest|biggest] [element|value] [of|in] {x}
N the position of the maximum in {x}
N the argmax of {x}
N the index at which {x} is largest
V find the largest element of {x} and ^return its index
V locate the maximum of {x}
V find where the maximum of {x} is
S At which index is the largest element of {x}?
S argmax of {x}

@ argmin: index_of_min, arg_min, min_index
= s = argmin[i](x[i]) for NUM[n] x, size n, return CNT s
N the index of the [smallest|minimum|least|lowest] [element|value] [of|in] {x}
N the position of the minimum in {x}
N the argmin of {x}
N the index at which {x} is smallest
V find the smallest element of {x} and ^return its index
V locate the minimum of {x}
V find where the minimum of {x} is
S At which index is the smallest element of {x}?

@ argmax_abs: idamax, index_of_max_abs
= s = argmax[i](abs(x[i])) for NUM[n] x, size n, return CNT s
N the index of the element of {x} with the largest absolute value
N the index of the entry of {x} with the greatest magnitude
N the position of the largest absolute value in {x}
V find the element of {x} that is largest in magnitude and ^return its index
V locate the entry of {x} with maximum absolute value
S Like BLAS idamax, but zero-based: index of the largest |value| in {x}.

@ argmax_positive: argmin_positive, smallest_positive_index
= s = argmin[i | x[i] > 0](x[i]) for NUM[n] x, size n, return CNT s
N the index of the smallest positive element of {x}, or -1 if there is none
V find the smallest positive value in {x} and ^return its index, -1 if no element is positive
N the position of the least positive entry of {x}, -1 if none is positive
V locate the minimum among the positive elements of {x} (-1 if there are none)
N the index of the minimum of {x} over its positive elements, or -1

@ nearest_index: closest_index, index_of_nearest
= s = argmin[i](abs(x[i] - k)) for NUM[n] x, NUM k, size n, return CNT s
k: value | target | number
N the index of the element of {x} [closest|nearest] to {k}
N the position in {x} of the value nearest to {k}
V find the element of {x} closest to {k} and ^return its index
V locate the entry of {x} with the smallest distance to {k}
N the index that minimises the absolute difference between {x} and {k}
S Which element of {x} is nearest to {k}? Return its index.

@ second_largest: second_max, runner_up
= m = max[i](x[i]); s = max[i | x[i] < m](x[i]) for NUM[n] x, size n, return NUM s
N the second largest distinct [value|element] of {x}
N the largest element of {x} that is smaller than the maximum
V find the second largest value in {x}, different from the largest
N the second highest distinct number in {x}
N the greatest value of {x} strictly below its maximum
V find the biggest element of {x} other than the maximum value

@ second_smallest: second_min
= m = min[i](x[i]); s = min[i | x[i] > m](x[i]) for NUM[n] x, size n, return NUM s
N the second smallest distinct [value|element] of {x}
N the smallest element of {x} that is larger than the minimum
V find the second smallest value in {x}, different from the smallest
N the second lowest distinct number in {x}
N the least value of {x} strictly above its minimum

@ count_max: max_count, times_of_max
= m = max[i](x[i]); s = count[i](x[i] == m) for NUM[n] x, size n, return CNT s
N how often the maximum of {x} occurs
N the number of elements of {x} equal to the maximum
V count how many elements of {x} equal its largest value
V find the maximum of {x} and ^count how many times it appears
N the number of occurrences of the largest element in {x}

@ last_argmax: last_index_of_max
= m = max[i](x[i]); s = last[i](x[i] == m) for NUM[n] x, size n, return CNT s
N the index of the last occurrence of the maximum of {x}
N the last position at which {x} reaches its maximum
V find the maximum of {x} and ^return the index where it occurs last
N the largest index at which the maximum of {x} is found
N the position of the last maximal element of {x}

@ argmax_argmin_distance: extremes_distance
= p = argmax[i](x[i]); q = argmin[i](x[i]); s = abs(p - q) for NUM[n] x, size n, return CNT s
N the distance between the positions of the maximum and the minimum of {x}
N the absolute difference of the indices of the largest and the smallest element of {x}
V find how many positions apart the maximum and the minimum of {x} are
N how far apart the largest and the smallest element of {x} are, in index positions
N |argmax - argmin| of {x}
"""

_ORDER = """
@ is_sorted: sorted_ascending, check_sorted
= s = all[i in 1..n](x[i - 1] <= x[i]) for NUM[n] x, size n, return bool s
Q {x} is sorted in [ascending|nondecreasing|increasing] order
Q {x} is sorted
Q {x} is in ascending order
Q the [elements|values] of {x} are in [ascending|nondecreasing] order
Q no element of {x} is smaller than the one before it
Q every element of {x} is less than or equal to the next
Q {x} is sorted from smallest to largest
Q {x} never decreases
S Is {x} sorted in ascending order?

@ is_sorted_desc: sorted_descending, is_descending
= s = all[i in 1..n](x[i - 1] >= x[i]) for NUM[n] x, size n, return bool s
Q {x} is sorted in [descending|nonincreasing|decreasing] order
Q {x} is in descending order
Q the [elements|values] of {x} are in descending order
Q no element of {x} is larger than the one before it
Q every element of {x} is greater than or equal to the next
Q {x} is sorted from largest to smallest
Q {x} never increases
S Is {x} sorted in descending order?

@ strictly_increasing: is_strictly_increasing
= s = all[i in 1..n](x[i - 1] < x[i]) for NUM[n] x, size n, return bool s
Q {x} is strictly increasing
Q every element of {x} is [smaller than|less than] the next one
Q the elements of {x} increase strictly
Q {x} is sorted in ascending order without repeated values
Q each element of {x} is larger than its predecessor
S Is {x} strictly ascending?

@ strictly_decreasing: is_strictly_decreasing
= s = all[i in 1..n](x[i - 1] > x[i]) for NUM[n] x, size n, return bool s
Q {x} is strictly decreasing
Q every element of {x} is greater than the next one
Q the elements of {x} decrease strictly
Q each element of {x} is smaller than its predecessor
S Is {x} strictly descending?

@ is_monotonic: monotonic, monotone
= s = all[i in 1..n](x[i - 1] <= x[i]) || all[i in 1..n](x[i - 1] >= x[i]) for NUM[n] x, size n, return bool s
Q {x} is monotonic
Q {x} is monotone, either nondecreasing or nonincreasing
Q {x} is entirely nondecreasing or entirely nonincreasing
Q {x} is sorted, either in ascending or in descending order
Q {x} only ever rises or only ever falls
S Is {x} monotonic?

@ first_unsorted: first_descent, order_break
= s = first[i](x[i] > x[i + 1]) for NUM[n] x, size n, return CNT s
N the first index i at which {x} has an element greater than the next, or -1
N the index of the first element of {x} that is larger than its successor, -1 if {x} is sorted
V find where {x} first stops being ascending: the index of the first element greater than the next, or -1
N the position of the first descent in {x} (-1 if none)
V locate the first element of {x} greater than its right neighbour

@ arrays_equal: equal_arrays, same, is_equal
= s = all[i](x[i] == y[i]) for NUM[n] x, NUM[n] y, size n, return bool s
Q {x,y} are equal
Q {x,y} are identical
Q {x,y} have the same elements in the same order
Q {x,y} are equal element by element
Q all corresponding elements of {x,y} are equal
Q {x} equals {y} elementwise
S Are {x,y} equal?

@ all_equal: all_same, is_constant, uniform
= s = all[i](x[i] == x[0]) for NUM[n] x, size n, return bool s
Q all elements of {x} are [equal|the same|identical]
Q {x} is constant
Q every element of {x} equals the first one
Q {x} contains only one distinct value
Q all values in {x} are the same
S Are all elements of {x} equal?

@ all_positive: every_positive, only_positive
= s = all[i](x[i] > 0) for NUM[n] x, size n, return bool s
Q all elements of {x} are positive
Q every [element|entry|value] of {x} is greater than zero
Q {x} contains only positive numbers
Q no element of {x} is zero or negative
Q {x} is positive everywhere
S Are all the numbers in {x} positive?

@ any_negative: has_negative, contains_negative
= s = any[i](x[i] < 0) for NUM[n] x, size n, return bool s
Q any element of {x} is negative
Q {x} contains a negative [number|value|element]
Q there is a negative value in {x}
Q at least one entry of {x} is below zero
Q some element of {x} is less than zero
S Are there negative numbers in {x}?

@ any_zero: has_zero, contains_zero
= s = any[i](x[i] == 0) for NUM[n] x, size n, return bool s
Q any element of {x} is zero
Q {x} contains a zero
Q there is a zero in {x}
Q at least one entry of {x} is equal to 0
Q some element of {x} is 0

@ all_zero: is_zero, only_zeros
= s = all[i](x[i] == 0) for NUM[n] x, size n, return bool s
Q all elements of {x} are zero
Q {x} consists of zeros only
Q every entry of {x} is 0
Q {x} is the zero vector
Q {x} has no nonzero element

@ all_less: all_below, below_limit
= s = all[i](x[i] < k) for NUM[n] x, NUM k, size n, return bool s
k: limit | threshold | value | bound
k in 10 100 1
Q all elements of {x} are [less than|smaller than|below] {k}
Q every entry of {x} is under {k}
Q no element of {x} reaches {k}
Q {x} stays below {k}
Q each value of {x} is smaller than {k}

@ any_greater: any_above, exceeds
= s = any[i](x[i] > k) for NUM[n] x, NUM k, size n, return bool s
k: limit | threshold | value | bound
k in 10 100 1
Q any element of {x} [is greater than|exceeds|is above] {k}
Q {x} contains a value greater than {k}
Q at least one entry of {x} is larger than {k}
Q {x} exceeds {k} anywhere
Q some value of {x} is above {k}

@ all_even: only_even
= s = all[i](x[i] % 2 == 0) for INT[n] x, size n, return bool s
Q all elements of {x} are even
Q every number in {x} is even
Q {x} contains only even numbers
Q there is no odd number in {x}
Q each entry of {x} is divisible by 2

@ all_in_range: in_range, within_bounds
= s = all[i](x[i] >= p && x[i] <= q) for NUM[n] x, NUM p, NUM q, size n, return bool s
p: lower bound | lower limit | minimum
q: upper bound | upper limit | maximum
Q all elements of {x} lie between {p} and {q} (inclusive)
Q every value of {x} is at least {p} and at most {q}
Q {x} stays within the closed range from {p} to {q}
Q no element of {x} is below {p} or above {q}
Q each entry of {x} is in the interval from {p} to {q}, bounds included

@ is_array_palindrome: palindromic_array
= s = all[i in 0..n / 2](x[i] == x[n - 1 - i]) for NUM[n] x, size n, return bool s
x: array | vector | list of numbers | number array
Q {x} reads the same forwards and backwards
Q {x} is a palindrome
Q {x} is palindromic
Q {x} equals its own reverse
Q {x} is symmetric: first equals last, second equals second to last and so on
"""

_PAIRS = """
@ has_duplicates: contains_duplicate, any_duplicate
= s = any[i, j in i + 1..n](x[i] == x[j]) for NUM[n] x, size n, return bool s
Q {x} contains [duplicates|a duplicate]
Q any value appears [at least twice|more than once] in {x}
Q {x} has repeated elements
Q two elements of {x} are equal
Q some value occurs twice in {x}
Q there is a duplicate in {x}
S Does {x} contain duplicates?

@ all_distinct: all_unique, no_duplicates
= s = !any[i, j in i + 1..n](x[i] == x[j]) for NUM[n] x, size n, return bool s
Q all elements of {x} are [distinct|different|unique]
Q {x} has no duplicates
Q every value of {x} occurs only once
Q no two elements of {x} are equal
Q {x} contains no repeated value
S Are all elements of {x} distinct?

@ two_sum_exists: has_pair_with_sum, pair_sum
= s = any[i, j in i + 1..n](x[i] + x[j] == k) for INT[n] x, INT k, size n, return bool s
k: target | sum | value | target sum
k in 10 100 0
Q {x} has two elements that add up to {k}
Q any two different elements of {x} sum to {k}
Q there is a pair in {x} whose sum is {k}
Q two numbers in {x} add up to {k}
Q a pair of elements of {x} has the sum {k}
S Two sum: is there a pair in {x} that sums to {k}?

@ two_sum_count: count_pairs_with_sum, pair_count
= s = count[i, j in i + 1..n](x[i] + x[j] == k) for INT[n] x, INT k, size n, return CNT s
k: target | sum | value | target sum
k in 10 100 0
N the number of pairs of elements of {x} that sum to {k}
N how many pairs i < j in {x} add up to {k}
V count the pairs in {x} whose sum is {k}
V count the pairs of elements of {x} with sum {k}
N the number of unordered pairs in {x} adding up to {k}
S How many pairs of numbers in {x} sum to {k}?

@ difference_pairs: count_difference_pairs
= s = count[i, j in i + 1..n](abs(x[i] - x[j]) == k) for INT[n] x, INT k, size n, return CNT s
k: difference | value
k in 1 2 5
N the number of pairs of elements of {x} whose absolute difference is {k}
V count the pairs in {x} that differ by exactly {k}
N how many pairs of numbers in {x} have difference {k}
V count the pairs i < j of {x} with an absolute difference of {k}
N the number of pairs in {x} with distance {k}

@ equal_pairs: count_equal_pairs, good_pairs
= s = count[i, j in i + 1..n](x[i] == x[j]) for INT[n] x, size n, return CNT s
N the number of pairs of equal elements in {x}
N the number of good pairs in {x}: i < j with equal elements
V count the pairs of equal elements of {x}
V count the index pairs i < j for which {x} has the same value at both
N how many pairs of positions in {x} hold equal values

@ divisible_pairs: count_divisible_pairs
= s = count[i, j in i + 1..n]((x[i] + x[j]) % k == 0) for INT[n] x, INT k nonzero, size n, return CNT s
k: divisor | number
k in 3 5 7 10 60
N the number of pairs of elements of {x} whose sum is divisible by {k}
V count the pairs in {x} whose sum is a multiple of {k}
N how many pairs of numbers in {x} have a sum divisible by {k}
V count the pairs i < j of {x} for which {k} divides the sum
N the number of unordered pairs of {x} with a sum that is a multiple of {k}

@ inversions: count_inversions, num_inversions
= s = count[i, j in i + 1..n](x[i] > x[j]) for NUM[n] x, size n, return CNT s
N the number of inversions [in|of] {x}
N the number of pairs i < j in {x} whose elements are out of order
V count the inversions in {x}
V count the pairs of elements of {x} that are in the wrong order
N how many pairs of {x} have a larger element before a smaller one
V count pairs (i, j) with i < j where the element of {x} at i is greater than the one at j

@ common_elements: count_common, intersection_size
= s = count[i](any[j](x[i] == y[j])) for INT[n] x, INT[m] y, size n, size m, return CNT s
N the number of elements of {x} that also occur in {y}
N how many elements of {x} are contained in {y}
V count the elements of {x} that appear in {y}
V count how many values of {x} are found in {y}
N the number of entries in {x} that are in {y} as well

@ is_subset: subset, all_contained
= s = all[i](any[j](x[i] == y[j])) for INT[n] x, INT[m] y, size n, size m, return bool s
Q every element of {x} occurs in {y}
Q {x} is a subset of {y}
Q all elements of {x} are contained in {y}
Q {y} contains all elements of {x}
Q each value of {x} is found in {y}

@ disjoint: no_common_element
= s = !any[i, j](x[i] == y[j]) for INT[n] x, INT[m] y, size n, size m, return bool s
Q {x,y} have no element in common
Q {x,y} are disjoint
Q no element of {x} occurs in {y}
Q {x,y} share no values
Q the intersection of {x,y} is empty

@ min_difference: min_pair_difference, closest_pair
= s = min[i, j in i + 1..n](abs(x[i] - x[j])) for NUM[n] x, size n, return NUM s
N the smallest absolute difference between two elements of {x}
N the minimum distance between any two values in {x}
V find the minimum absolute difference of any pair in {x}
N the least difference between two different entries of {x}
N the gap between the two closest values of {x}

@ max_difference: max_gain, best_profit, max_profit
= s = max[i, j in i + 1..n](x[j] - x[i]) for NUM[n] x, size n, return NUM s
N the largest difference between an element of {x} and an earlier one
N the maximum of a later element minus an earlier element of {x}
N the best profit from buying once and selling later, given prices {x}
V find the maximum difference {x!}[j] - {x!}[i] with j > i
N the maximum gain from buying at one position of {x} and selling at a later one

@ majority: majority_element_index, has_majority
= s = any[i](count[j in 0..n](x[j] == x[i]) > n / 2) for INT[n] x, size n, return bool s
Q {x} has a majority element, occurring more than {n!}/2 times
Q some value makes up more than half of {x}
Q one value occurs in more than half of the positions of {x}
Q {x} contains a majority element
Q there is an element of {x} that appears more than {n!} / 2 times

@ distinct_count: count_distinct, num_unique
= s = count[i](!any[j in 0..i](x[j] == x[i])) for INT[n] x, size n, return CNT s
N the number of distinct [elements|values] in {x}
N how many different values {x} contains
V count the distinct values of {x}
V count the different elements of {x}
N the number of unique values in {x}, each counted once
S How many distinct numbers does {x} hold?

@ count_unique: count_singletons
= s = count[i](count[j in 0..n](x[j] == x[i]) == 1) for INT[n] x, size n, return CNT s
N the number of elements of {x} that occur exactly once
N how many values appear only once in {x}
V count the elements of {x} that have no duplicate
V count the values of {x} that occur exactly one time
N the number of non-repeated elements of {x}

@ max_frequency: highest_frequency
= s = max[i](count[j in 0..n](x[j] == x[i])) for INT[n] x, size n, return CNT s
N how often the most frequent element of {x} occurs
N the highest frequency of any value in {x}
N the number of occurrences of the most common value in {x}
V find how many times the most frequent number of {x} appears
N the largest number of times that any value is repeated in {x}

@ missing_number: find_missing
= s = n * (n + 1) / 2 - sum[i](x[i]) for INT[n] x, size n, return INT s
N the missing number in {x}, which holds {n!} distinct numbers from 0 to {n!}
V find the number between 0 and {n!} that is missing from {x} of {n!} distinct numbers
N the one number of 0..{n!} that does not occur in {x}
V find the only number in the range from 0 to {n!} that {x}, of length {n!}, does not contain
N the missing value, when {x} contains {n!} distinct numbers taken from 0, 1, ..., {n!}
"""

_RUNS = """
@ max_subarray: kadane, max_subarray_sum, largest_sum
= seq t[i] = i == 0 ? x[i] : max(x[i], t[i - 1] + x[i]) over i in 0..n; s = max[i](t[i]) for NUM[n] x, size n, return NUM s
N the maximum subarray sum of {x}
N the largest sum of a contiguous subarray of {x}
N the maximum sum of any nonempty contiguous part of {x}
V find the contiguous subarray of {x} with the largest sum and ^return that sum
V apply Kadane's algorithm to {x}
N the greatest sum of consecutive elements of {x}
V use Kadane's algorithm to find the maximum subarray sum of {x}
S What is the largest sum of consecutive elements in {x}?

@ min_subarray: min_subarray_sum
= seq t[i] = i == 0 ? x[i] : min(x[i], t[i - 1] + x[i]) over i in 0..n; s = min[i](t[i]) for NUM[n] x, size n, return NUM s
N the minimum subarray sum of {x}
N the smallest sum of a contiguous subarray of {x}
N the minimum sum of any nonempty contiguous part of {x}
V find the contiguous subarray of {x} with the smallest sum and ^return that sum
N the least sum of consecutive elements of {x}

@ longest_equal_run: longest_run, max_run_length
= seq t[i] = i > 0 && x[i] == x[i - 1] ? t[i - 1] + 1 : 1 over i in 0..n; s = max[i](t[i]) for NUM[n] x, size n, return CNT s
N the length of the longest run of equal elements in {x}
N the longest run of identical consecutive values in {x}
N the maximum number of equal elements in a row in {x}
V find the longest streak of the same value in {x} and ^return its length
N the length of the longest block of equal consecutive elements of {x}
S How long is the longest run of equal values in {x}?

@ longest_ones: max_consecutive_ones, longest_one_run
= seq t[i] = x[i] == 1 ? (i > 0 ? t[i - 1] : 0) + 1 : 0 over i in 0..n; s = max[i](t[i]) for INT[n] x, size n, return CNT s
N the maximum number of consecutive ones in {x}
N the length of the longest run of 1s in {x}
V find the longest streak of ones in {x} and ^return its length
V find how many 1s in a row {x} has at most
N the longest sequence of consecutive 1s in {x}

@ longest_positive_run: longest_positive
= seq t[i] = x[i] > 0 ? (i > 0 ? t[i - 1] : 0) + 1 : 0 over i in 0..n; s = max[i](t[i]) for NUM[n] x, size n, return CNT s
N the length of the longest run of positive elements in {x}
N the maximum number of consecutive positive values in {x}
V find the longest stretch of positive numbers in {x} and ^return its length
N the longest streak of elements of {x} above zero
N how many positive elements in a row {x} has at most

@ longest_above: longest_run_above
= seq t[i] = x[i] > k ? (i > 0 ? t[i - 1] : 0) + 1 : 0 over i in 0..n; s = max[i](t[i]) for NUM[n] x, NUM k, size n, return CNT s
k: threshold | limit | value
k in 10 100
N the length of the longest run of elements of {x} greater than {k}
N the maximum number of consecutive values of {x} above {k}
V find the longest stretch where {x} stays above {k} and ^return its length
N the longest streak of elements in {x} that exceed {k}
N how many elements in a row of {x} are larger than {k}, at most

@ longest_increasing_run: longest_ascending_run, increasing_run
= seq t[i] = i > 0 && x[i] > x[i - 1] ? t[i - 1] + 1 : 1 over i in 0..n; s = max[i](t[i]) for NUM[n] x, size n, return CNT s
N the length of the longest strictly increasing run of consecutive elements in {x}
N the length of the longest contiguous increasing subarray of {x}
V find the longest stretch of {x} in which each element is larger than the one before and ^return its length
N the longest continuous increasing subsequence (contiguous) of {x}, its length
N the maximum number of consecutive elements of {x} that rise strictly

@ equilibrium: pivot_index, balance_point
= s = first[i in 0..n](sum[j in 0..i](x[j]) == sum[j in i + 1..n](x[j])) for INT[n] x, size n, return CNT s
N the first index at which the sum of the elements of {x} before it equals the sum of those after it, or -1
N the pivot index of {x}: the first index where the left sum equals the right sum, -1 if none
V find the first equilibrium index of {x}, or -1
N the equilibrium index of {x} (sum to the left equals sum to the right), the first one, or -1
V find the leftmost index of {x} whose left sum and right sum are equal, -1 if there is none

@ lower_bound: lower_bound_index, insertion_point, bisect_left
= s = count[i](x[i] < k) for NUM[n] x sorted, NUM k, size n, return CNT s
x: sorted array | sorted list | sorted vector | ascending array
k: value | target | key
N the lower bound of {k} in {x}, the index of the first element not less than {k}
N the insertion point of {k} in {x}, before equal elements
N the number of elements of {x} smaller than {k}
V find the leftmost position where {k} can be inserted into {x} keeping it sorted
N the first index of {x} whose element is at least {k} ({n!} if there is none)

@ upper_bound: upper_bound_index, bisect_right
= s = count[i](x[i] <= k) for NUM[n] x sorted, NUM k, size n, return CNT s
x: sorted array | sorted list | sorted vector | ascending array
k: value | target | key
N the upper bound of {k} in {x}, the index of the first element greater than {k}
N the insertion point of {k} in {x}, after equal elements
N the number of elements of {x} less than or equal to {k}
V find the rightmost position where {k} can be inserted into {x} keeping it sorted
N the first index of {x} whose element is greater than {k} ({n!} if there is none)

@ binary_search: bin_search, search_sorted
= s = first[i](x[i] == k) for NUM[n] x sorted, NUM k, size n, return CNT s
x: sorted array | sorted list | sorted vector
k: value | target | key
V search {x} for {k} and ^return the index of its first occurrence, or -1
N the index of the first occurrence of {k} in {x}, or -1
V run a binary search on {x} for {k}; the result is the first matching index or -1
V do a binary search for {k} in {x}, returning the first index or -1
V find {k} in {x} by binary search, first match or -1

@ prefix_reaches: first_prefix_sum, reach_index
= seq t[i] = (i > 0 ? t[i - 1] : 0) + x[i] over i in 0..n; s = first[i](t[i] >= k) for NUM[n] x, NUM k, size n, return CNT s
k: target | threshold | limit
N the first index at which the running sum of {x} reaches {k}, or -1
N the index where the prefix sum of {x} is first at least {k}, -1 if never
V find the first position where the cumulative sum of {x} is greater than or equal to {k}, or -1
V add up {x} and ^return the index at which the total first reaches {k}, -1 if it does not
N the smallest index with a cumulative sum of {x} of at least {k} (-1 if none)
"""

OPERATIONS = read(_FINDS + _EXTREMES + _ORDER + _PAIRS + _RUNS)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)
