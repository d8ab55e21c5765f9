"""Sorting, ranks, order statistics, unique values, merging."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "sorting"

OPERATIONS = read("""
@ sort: sort_ascending, sort_array, sorted_copy
= y = sort(x) for NUM[n] x, out NUM[n] y, size n
V sort {x}
V sort {x} in ascending order
V sort {x} from smallest to largest
V arrange the elements of {x} in [ascending|increasing|nondecreasing] order
V order the values of {x} increasingly
N {x} sorted in ascending order
N a sorted copy of {x}
N the elements of {x} in increasing order
V put the [elements|values] of {x} into ascending order
V order {x} by value, smallest first

@ sort_in_place: sort_inplace, insertion_sort, bubble_sort
= x = sort(x) for inout NUM[n] x, size n
V sort {x} in place
V sort {x} in place in ascending order
V bubble sort {x} in place
V sort {x} in place using insertion sort
V reorder the elements of {x} in place so that they ascend
V rearrange {x} itself into increasing order
V sort {x} in-place, smallest first
V run a selection sort on {x} in place

@ sort_desc: sort_descending, reverse_sort
= y = sort_desc(x) for NUM[n] x, out NUM[n] y, size n
V sort {x} in [descending|decreasing] order
V sort {x} from largest to smallest
V arrange the elements of {x} in descending order
V order the values of {x} decreasingly
N {x} sorted in descending order
N the elements of {x} in decreasing order
V put the values of {x} into descending order, largest first
V reverse sort {x}

@ sort_desc_in_place: sort_down
= x = sort_desc(x) for inout NUM[n] x, size n
V sort {x} in place in descending order
V sort {x} in place from largest to smallest
V reorder the elements of {x} in place so that they descend
V rearrange {x} itself into decreasing order
V sort {x} in-place, largest first

@ argsort: arg_sort, sorting_permutation, sort_indices
= y = argsort(x) for NUM[n] x, out i32[n] y, size n
N the indices that sort {x} in ascending order
N the permutation of indices that sorts {x}
N the argsort of {x}
V argsort {x}
V sort the indices of {x} by the values they point to, ascending
V find the order of indices in which {x} is ascending
N the stable sorting permutation of {x}
N the indices of {x} ordered by increasing value

@ argsort_desc: arg_sort_desc, rank_order
= y = argsort_desc(x) for NUM[n] x, out i32[n] y, size n
N the indices that sort {x} in descending order
N the argsort of {x} in descending order
V sort the indices of {x} by the values they point to, largest first
N the indices of {x} ordered by decreasing value
V find the order of indices in which {x} is descending
N the permutation that puts {x} into decreasing order

@ sort_by_key: sort_pairs, order_by_key
= p = argsort(x); z[i] = y[p[i]] for NUM[n] x, NUM[n] y, out NUM[n] z, size n
x: key array | +keys
y: value array | +values
V reorder {y} by ascending {x}
V sort {y} according to {x}
V sort {y} by the corresponding {x}, ascending
N {y} in the order that sorts {x} ascending
V rearrange {y} so that the corresponding {x} would be ascending

@ top_k: largest_k, k_largest
= t = sort_desc(x); y[i] = t[i] for NUM[n] x, out NUM[k] y, size n, size k
N the {k} largest elements of {x} in descending order
N the top {k} values of {x}, largest first
N the {k} greatest numbers in {x}, in decreasing order
V find the {k} largest values of {x}, sorted descending
V select the top {k} elements of {x} in descending order
V extract the {k} biggest elements from {x}, largest first

@ bottom_k: smallest_k, k_smallest
= t = sort(x); y[i] = t[i] for NUM[n] x, out NUM[k] y, size n, size k
N the {k} smallest elements of {x} in ascending order
N the {k} lowest values of {x}, smallest first
N the {k} least numbers in {x}, in increasing order
V find the {k} smallest values of {x}, sorted ascending
V select the {k} smallest elements of {x} in ascending order
V extract the {k} minimal elements from {x}, smallest first

@ sum_top_k: top_k_sum
= t = sort_desc(x); s = sum[i in 0..k](t[i]) for NUM[n] x, i64 k in 0..n, size n, return NUM s
k: number | count
k in 2 3 5
N the sum of the {k} largest elements of {x}
N the total of the top {k} values in {x}
V add up the {k} largest values of {x}
V sort {x} in descending order and ^add the first {k} elements
N the sum over the {k} greatest entries of {x}

@ median: find_median, median_value
= t = sort(x); s = n % 2 == 1 ? t[n / 2] : (t[n / 2 - 1] + t[n / 2]) / 2 for FLT[n] x, size n, return FLT s
N the median of {x}
N the median value of {x}
N the median of the elements of {x} (the mean of the two middle ones if their number is even)
V find the median of {x}
N the middle value of {x} after sorting, averaging the two middle ones for even length
V sort {x} and ^take the median
S What is the median of {x}?

@ upper_median: middle_element
= t = sort(x); s = t[n / 2] for NUM[n] x, size n, return NUM s
N the upper median of {x}
N the element at index {n!} / 2 of {x} after sorting
V sort a copy of {x} and ^return the element at index {n!}/2
N the upper median of {x}, the element n/2 places into the sorted order
V sort {x} and ^return the element in the middle, the upper one for even length

@ kth_smallest: kth_element, quickselect, order_statistic
= t = sort(x); s = t[k - 1] for NUM[n] x, i64 k in 1..n, size n, return NUM s
k: rank | number
k in 1 2 3
N the {k!}-th smallest element of {x}
N the element of {x} with rank {k!}, counted from 1, in ascending order
V find the {k!}-th smallest value in {x}
V sort {x} and ^return its {k!}-th smallest element (1 is the minimum)
N the {k!}-th order statistic of {x}

@ kth_largest: kth_biggest
= t = sort_desc(x); s = t[k - 1] for NUM[n] x, i64 k in 1..n, size n, return NUM s
k: rank | number
k in 1 2 3
N the {k!}-th largest element of {x}
N the element of {x} with rank {k!}, counted from 1, in descending order
V find the {k!}-th largest value in {x}
V sort {x} in descending order and ^return the {k!}-th element (1 is the maximum)
N the {k!}-th greatest number in {x}

@ rank: ranks, rank_of
= y[i] = count[j in 0..n](x[j] < x[i]) for NUM[n] x, out i32[n] y, size n
N the rank of each element of {x}, that is how many elements are smaller
V compute for each element of {x} the number of elements of {x} smaller than it
V rank the elements of {x} by counting the smaller ones
N for each element of {x}, the count of smaller elements
V replace each element of {x} by the number of elements smaller than it
N the zero-based ranks of the elements of {x} (equal elements share a rank)

@ dense_rank_one: rank_from_one
= y[i] = 1 + count[j in 0..n](x[j] > x[i]) for NUM[n] x, out i32[n] y, size n
N the rank of each element of {x}, 1 for the largest
N the competition ranking of {x}: 1 plus the number of larger elements
V rank the scores {x} from 1 (highest) downwards, ties sharing a rank
V compute for each element of {x} one plus the number of larger elements
V give each element of {x} its place, 1 for the greatest

@ unique: unique_values, remove_duplicates, dedup
= t = sort(x); y = unique(t) for NUM[n] x, out NUM[n] y, size n
N the distinct values of {x} in ascending order
N the sorted unique elements of {x}
V sort {x} and ^remove duplicates
V extract the unique values of {x}, sorted
V find the different values of {x} in increasing order
V collect the distinct elements of {x} in sorted order

@ unique_sorted: remove_duplicates_sorted, dedup_sorted
= y = unique(x) for NUM[n] x sorted, out NUM[n] y, size n
x: sorted array | sorted list | sorted vector
V remove [duplicates|the duplicates|repeated elements] from {x}
V copy each distinct value of {x} once
N the unique elements of {x}
V deduplicate {x}
N {x} without duplicates
V drop consecutive duplicates from {x}

@ merge_sorted: merge, merge_arrays
= z[i + count[j](y[j] < x[i])] = x[i]; z[j + count[i](x[i] <= y[j])] = y[j] for NUM[n] x sorted, NUM[m] y sorted, out NUM[n + m] z, size n, size m
x: sorted array | sorted list | sorted vector
y: sorted array | sorted list | sorted vector
V merge {x,y} into one sorted array
V merge {x,y}
V combine {x,y} into a single sorted array
N the sorted merge of {x,y}
V merge {x,y} keeping the order ascending
N the merge of {x,y}

@ sort_abs: sort_magnitudes
= t[i] = abs(x[i]); y = sort(t) for NUM[n] x, out NUM[n] y, size n
N the absolute values of {x} in ascending order
V sort the absolute values of {x}
V take absolute values of {x} and ^sort them ascending
N the magnitudes of {x} sorted increasingly
V sort |{x!}| in increasing order

@ sort_squares: sorted_squares
= t[i] = x[i] * x[i]; y = sort(t) for NUM[n] x, out NUM[n] y, size n
N the squares of {x} in [ascending|increasing|nondecreasing] order
V square each element of {x} and ^sort the results
V sort the squares of the elements of {x}
N the sorted squares of {x}
V square {x} and then ^sort the squares in ascending order

@ sorted_gaps: gaps, sorted_differences
= t = sort(x); y[i] = t[i + 1] - t[i] over i in 0..n - 1 for NUM[n] x, out NUM[n - 1] y, size n
N the differences between consecutive elements of {x} after sorting
N the gaps between neighbouring values of sorted {x}
V sort {x} and ^compute the differences of adjacent elements
V sort {x} in ascending order and ^take consecutive differences
N the gaps of {x}: differences of successive values in sorted order

@ max_gap: maximum_gap, largest_gap
= t = sort(x); s = max[i](t[i + 1] - t[i]) for NUM[n] x, size n, return NUM s
N the largest gap between consecutive elements of {x} in sorted order
N the maximum difference between successive elements of {x} after sorting
V sort {x} and ^find the largest difference between neighbours
N the maximum gap of {x}, between adjacent values in sorted form
V find the greatest difference between adjacent values in the sorted order of {x}

@ min_gap: smallest_gap
= t = sort(x); s = min[i](t[i + 1] - t[i]) for NUM[n] x, size n, return NUM s
N the smallest gap between consecutive elements of {x} in sorted order
N the minimum difference between successive elements of {x} after sorting
V sort {x} and ^find the smallest difference between neighbours
N the minimum gap of {x}, between adjacent values in sorted form
V find the least difference between adjacent values in the sorted order of {x}

@ trimmed_mean: trim_mean
= t = sort(x); s = sum[i in k..n - k](t[i]) / (n - 2 * k) for FLT[n] x, i64 k in 0..n / 2, size n, return FLT s
k: number | count
k in 1 2
N the mean of {x} without its {k} smallest and {k} largest elements
N the trimmed mean of {x}, leaving out the {k} smallest and the {k} largest values
V average {x}, dropping the {k} lowest and the {k} highest values
V compute the trimmed mean of {x} where {k} values are cut off at each end
V sort {x}, drop {k} elements at both ends and ^average the rest

@ quartile_range: iqr, interquartile_range
= t = sort(x); s = t[3 * n / 4] - t[n / 4] for FLT[n] x, size n, return FLT s
N the interquartile range of {x}: sorted element at 3n/4 minus the one at n/4
V sort {x} and ^subtract the element at n/4 from the element at 3n/4
N the difference of the elements at indices 3n/4 and n/4 of sorted {x}
N the interquartile range of {x}, taking the sorted elements at index n/4 and 3n/4
V compute the interquartile range of {x} with the sorted values at positions n/4 and 3n/4

@ sort_even_odd: sort_filter, sorted_positive
= t = filter[i | x[i] > 0](x[i]); s = count[i](x[i] > 0) for NUM[n] x, out NUM[n] t, size n, return CNT s
V copy the positive elements of {x} to {t} and ^return how many there are
V collect the positive values of {x} in {t}, returning their number
V keep the elements of {x} greater than zero in {t}; ^return the count
V filter the positive numbers of {x} into {t} and ^return their number
V write all positive entries of {x} to {t} and ^return how many were written

@ is_permutation: permutation_of, same_multiset
= t = sort(x); u = sort(y); s = all[i](t[i] == u[i]) for NUM[n] x, NUM[n] y, size n, return bool s
Q {x,y} contain the same elements in any order
Q {x} is a permutation of {y}
Q {x,y} are equal after sorting
Q {x} is a rearrangement of {y}
Q {x,y} have the same elements with the same multiplicities

@ partition_even_odd: even_first
= t = filter[i | x[i] % 2 == 0](x[i]); u = filter[i | x[i] % 2 != 0](x[i]); m = count[i](x[i] % 2 == 0); y[i] = i < m ? t[i] : u[i - m] for INT[n] x, out INT[n] y, size n
V move the even numbers of {x} to the front, followed by the odd ones, keeping their order
V partition {x} stably: even numbers first, then odd
V rearrange {x} so that even elements come before odd ones, each in original order
N the even elements of {x} followed by the odd elements
V reorder {x}, evens first and odds after, stable

@ partition_pivot: partition, split_by_pivot
= t = filter[i | x[i] < p](x[i]); u = filter[i | x[i] >= p](x[i]); m = count[i](x[i] < p); y[i] = i < m ? t[i] : u[i - m] for NUM[n] x, NUM p, out NUM[n] y, size n
p: pivot | pivot value
V partition {x} around {p}: smaller elements first, then the others, in original order
V move the elements of {x} less than {p} to the front, stably
V rearrange {x} so that elements below {p} come before those that are not, keeping the order
N the elements of {x} less than {p} followed by the remaining ones
V split {x} by {p}, putting the elements less than it first and the rest after them

@ move_zeros: move_zeroes, zeros_to_end
= t = filter[i | x[i] != 0](x[i]); m = count[i](x[i] != 0); y[i] = i < m ? t[i] : 0 for NUM[n] x, out NUM[n] y, size n
V move all zeros of {x} to the end, keeping the order of the other elements
V push the zeros in {x} to the back
N the nonzero elements of {x} in order, followed by zeros
V shift the nonzero values of {x} to the front and ^fill the rest with zeros
V rearrange {x} so that zeros come last and the rest keeps its order

@ median_of_three: middle_of_three
= s = max(min(a, b), min(max(a, b), c)) for NUM a, NUM b, NUM c, return NUM s
N the median of {a,b,c}
N the middle one of {a,b,c}
V find the middle value of {a,b,c}
N the value of {a,b,c} that is neither smallest nor largest
V return the second largest of {a,b,c}

@ wiggle_count: local_order
= t = sort(x); y[i] = i % 2 == 0 ? t[i / 2] : t[n - 1 - i / 2] for NUM[n] x, out NUM[n] y, size n
V rearrange {x} alternately: smallest, largest, second smallest, second largest and so on
V sort {x} and ^take alternately from the front and from the back
N the elements of {x} in the order minimum, maximum, second minimum, second maximum and so on
V put {x} in zigzag order: smallest, largest, second smallest, ...
V alternate the smallest and largest remaining elements of {x}

@ relative_order: ranks_normalised
= y[i] = (1.0 * count[j in 0..n](x[j] < x[i])) / n for FLT[n] x, out FLT[n] y, size n
N for each element of {x} the fraction of elements smaller than it
V compute the percentile rank of each element of {x} as the share of smaller elements
N the empirical fraction of smaller values for each element of {x}
V divide the rank (number of smaller elements) of each element of {x} by the length
N the normalised ranks of {x}, number of smaller elements over {n!}
""")


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)
