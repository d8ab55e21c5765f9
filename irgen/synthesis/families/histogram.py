"""Histograms and other sums by class: counts, weights, means per bin, modes, cumulative counts."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "histogram"

OPERATIONS = read("""
@ bincount: histogram, count_values, bucket_counts
= h[x[i]] += 1 for i32[n] x in 0..m, out i32[m] h, size n, size m
x: array of class indices | label array | +bin indices
V count how often each value from 0 to {m!} - 1 occurs in {x}
V compute the histogram of {x} with {m!} bins, one for each value
N the histogram of {x} with {m!} bins
N the number of occurrences of each value 0 to {m!} - 1 in {x}
N the bincount of {x} for {m!} bins
V build a histogram of {x} over {m!} bins, where each element is the number of its bin
V count the entries of {x} per value, for {m!} values
V tally the {m!} different classes in {x}
S For each element of {x} increment the bin it names; there are {m!} bins.

@ add_to_histogram: update_histogram, accumulate_histogram
= h[x[i]] += 1 for i32[n] x in 0..m, inout i32[m] h, size n, size m
x: array of bin indices | label array | +bin indices
h: histogram | count array | +counts
V add the counts of {x} to {h}
V update {h} with {x}, adding one per element
V increment the bins of {h} named by {x}
V for each element of {x} ^increment that bin of {h}
V accumulate {x} into {h}, which already holds counts

@ weighted_histogram: histogram_weights, weighted_bincount
= h[x[i]] += w[i] for i32[n] x in 0..m, FLT[n] w, out FLT[m] h, size n, size m
x: array of bin indices | label array | +bin indices
w: +weights | weight array | array of weights
V compute the histogram of {x} weighted by {w}, with {m!} bins
V add each element of {w} to the bin given by {x}, over {m!} bins
N the weighted histogram of {x} with {w} and {m!} bins
N for each of {m!} bins the sum of {w} whose {x} is that bin
V sum {w} by {x} into {m!} bins
V accumulate {w} per bin, the bin of each element being given by {x}; there are {m!} bins

@ byte_histogram: histogram_bytes, count_bytes
= h[x[i]] += 1 for u8[n] x, out i32[256] h, size n
x: byte array | array of bytes | buffer of bytes | byte buffer | 8-bit image as a byte array
V count how often each byte value occurs in {x}
N the histogram of {x} over all 256 byte values
N the 256-bin histogram of {x}
V compute the histogram of {x} with 256 bins
V count the occurrences of each of the 256 values in {x}
N the byte frequencies of {x}

@ image_histogram: gray_histogram, histogram_2d_image
= h[A[i, j]] += 1 for u8[n, m] A, out i32[256] h, size n, size m
A: grayscale image | 8-bit image | gray image of bytes | byte image
V compute the histogram of {A}
N the 256-bin histogram of {A}
V count how often each gray level occurs in {A}
N the number of pixels of {A} with each value from 0 to 255
V tally the pixel values of {A} into 256 bins

@ unit_histogram: histogram_unit, bin_unit_interval
= h[i32(floor(x[i] * m))] += 1 for FLT[n] x in 0..1, out i32[m] h, size n, size m
x: array of numbers in [0, 1) | array of values from 0 up to but not including 1
V compute the histogram of {x} with {m!} equal bins
V count how many values of {x} fall into each of {m!} equal bins between 0 and 1
N the histogram of {x} over {m!} bins of equal width from 0 to 1
V sort the values of {x} into {m!} bins by floor(value * {m!}) and ^count them
N the counts of {x} in {m!} equal subintervals of the unit interval

@ integer_part_histogram: floor_histogram
= h[i32(floor(x[i]))] += 1 for FLT[n] x in 0..m, out i32[m] h, size n, size m
x: array of nonnegative numbers | +nonnegative values
V count {x} by integer part, in {m!} bins
V compute the histogram of {x} with {m!} bins of width 1
N the number of values of {x} with each integer part from 0 to {m!} - 1
N for each of {m!} bins of width one, starting at 0, the number of values of {x} in it
V put each value of {x} into the bin of its floor and ^count, for {m!} bins

@ strided_histogram: bucket_by_width
= h[x[i] / k] += 1 for i32[n] x in 0..m * k, i32 k in 1..10, out i32[m] h, size n, size m
x: array of nonnegative integers | list of nonnegative integers
k: bin width | width
k in 10 100
V count {x} in {m!} bins of width {k}, starting from 0
V compute the histogram of {x} with {m!} bins that are {k} wide
N the histogram of {x} for {m!} bins of width {k}
V put each element of {x} into bin element / {k!} and ^count, for {m!} bins
N the number of elements of {x} in each of {m!} buckets of width {k}

@ modulo_histogram: bucket_modulo, hash_buckets
= h[x[i] % m] += 1 for i32[n] x in 0..1000, out i32[m] h, size n, size m
x: array of nonnegative integers | list of nonnegative integers | +nonnegative keys
V count the elements of {x} by their remainder modulo {m!}
V distribute {x} over {m!} buckets by remainder and ^count
N the number of elements of {x} with each remainder modulo {m!}
N the bucket counts of {x} hashed modulo {m!}
V compute how many entries of {x} fall into each of {m!} residue classes

@ class_sums: group_sums, sum_by_label, segment_sum
= s[k[i]] += x[i] for FLT[n] x, i32[n] k in 0..m, out FLT[m] s, size n, size m
x: value array | +values | array of values
k: label array | array of class labels | +labels | array of segment ids
V sum {x} by {k}, for {m!} classes
V add up {x} separately for each label in {k}, {m!} labels in all
N the sum of {x} for each of {m!} classes given by {k}
N the per-class sums of {x} with {k} and {m!} classes
V accumulate each of {x} into the class given by {k}; there are {m!} classes
V compute the segment sums of {x} for {k} with {m!} segments

@ class_means: group_means, mean_by_label
= y[k[i]] += x[i]; t[j] = 0 over j in 0..m; t[k[i]] += 1; y[j] = t[j] > 0 ? y[j] / t[j] : 0 for FLT[n] x, i32[n] k in 0..m, out FLT[m] y, size n, size m
x: value array | +values | array of values
k: label array | array of class labels | +labels
V average {x} by {k}, for {m!} classes (0 for an empty one)
N the mean of {x} for each of {m!} classes given by {k}, 0 where a class is empty
N the per-class means of {x} with {k} and {m!} classes, zero for empty classes
V compute for each of {m!} labels the average of {x} that have it in {k}, or 0 if there are none
V group {x} by {k} into {m!} classes and ^take the mean of each, 0 for empty groups

@ class_max: group_max, max_by_label
= h[k[i]] max= x[i] for FLT[n] x, i32[n] k in 0..m, inout FLT[m] h, size n, size m
x: value array | +values | array of values
k: label array | array of class labels | +labels
h: array of maxima | +running maxima
V update {h} with the maximum of {x} for each class in {k}
V raise each entry of {h} to the largest of {x} in that class of {k}
V take for each class of {k} the maximum of {x} and the old value in {h}
V scatter {x} into {h} by {k}, keeping the maximum
V merge {x} by {k} into {h} with max

@ count_class: class_count
= s = count[i](x[i] == k) for i32[n] x in 0..10, i32 k in 0..10, size n, return CNT s
x: label array | array of class labels | +labels
k: class | label
k in 0 1 2 3
N the number of elements of {x} with label {k!}
V count how often the label {k!} occurs in {x}
N the size of class {k!} in {x}
N how many of {x} are equal to {k!}
V count the members of class {k!} in {x}

@ cumulative_histogram: histogram_cdf, cumulative_counts
= t[j] = 0 over j in 0..m; t[x[i]] += 1; h[j] = sum[k in 0..j + 1](t[k]) over j in 0..m for i32[n] x in 0..m, out i32[m] h, size n, size m
x: array of bin indices | label array
V compute the cumulative histogram of {x} with {m!} bins
N the cumulative histogram of {x} over {m!} bins
V count how many elements of {x} are less than or equal to each value from 0 to {m!} - 1
N the running sums of the {m!}-bin histogram of {x}
V build the histogram of {x} with {m!} bins and ^take its prefix sums

@ bucket_offsets: counting_sort_offsets, start_positions
= t[j] = 0 over j in 0..m; t[x[i]] += 1; h[j] = sum[k in 0..j](t[k]) over j in 0..m for i32[n] x in 0..m, out i32[m] h, size n, size m
x: array of bin indices | label array | +keys
N the start offset of each of {m!} buckets for a counting sort of {x}
V compute the counting sort offsets of {x} with {m!} buckets: how many elements belong to earlier buckets
N the exclusive prefix sums of the histogram of {x} with {m!} bins
V count, for each value from 0 to {m!} - 1, the elements of {x} that are smaller
V build the {m!}-bin histogram of {x} and ^scan it exclusively

@ counting_sort: sort_small_integers
= y = sort(x) for i32[n] x in 0..100, out i32[n] y, size n
x: array of integers between 0 and 99 | list of integers from 0 to 99
V sort {x} by counting
V sort {x} in ascending order with counting sort
V run a counting sort on {x}
N {x} in ascending order, by counting sort
V order {x} increasingly with a counting sort

@ histogram_argmax: most_frequent_value, mode_of
= t[j] = 0 over j in 0..m; t[x[i]] += 1; s = argmax[j](t[j]) for i32[n] x in 0..m, i64 m in 1..30, size n, return i32 s
x: label array | array of small integers
m: 64-bit number of classes
N the most frequent of the values 0 to {m!} - 1 in {x} (the smallest in a tie); {m!} is int64
V find the mode of {x}, whose elements lie between 0 and {m!} - 1 ({m!} an int64), the smallest if several
V count each value below {m!} (int64) in {x} and ^return the one that occurs most often, smallest first
N the mode of {x} over the classes 0 to {m!} - 1, the lowest on ties, {m!} being a 64-bit integer
V compute the histogram of {x} over {m!} classes (int64) and ^return the index of its largest bin

@ joint_histogram: histogram_2d, contingency_table, confusion_matrix
= A[x[i], y[i]] += 1 for i32[n] x in 0..m, i32[n] y in 0..p, out i32[m, p] A, size n, size m, size p
x: label array | array of labels | +row labels
y: label array | array of labels | +column labels
V count how often each pair of labels of {x,y} occurs, in a table of {m!} by {p!}
N the joint histogram of {x,y} with {m!} by {p!} bins
N the contingency table of {x,y}, {m!} rows and {p!} columns
V compute the two-dimensional histogram of {x} and {y} with {m!} times {p!} bins
V tally the pairs formed by {x} and {y} in a {m!} by {p!} table

@ confusion_matrix: confusion
= A[x[i], y[i]] += 1 for i32[n] x in 0..m, i32[n] y in 0..m, out i32[m, m] A, size n, size m
x: array of true labels | +true labels
y: array of predicted labels | +predicted labels
N the confusion matrix of {x} and {y} for {m!} classes
V compute the {m!} by {m!} confusion matrix of {x} (rows) and {y} (columns)
V count for each pair of classes how often {x} and {y} name it, {m!} classes
N how often each of {m!} classes was taken for each, given {x} and {y}
V build a confusion matrix with {m!} classes from {x} and {y}

@ normalised_histogram: probabilities, relative_frequencies
= t[j] = 0 over j in 0..m; t[x[i]] += 1; y[j] = 1.0 * t[j] / n over j in 0..m for i32[n] x in 0..m, out f64[m] y, size n, size m
x: array of bin indices | label array
V compute the normalised histogram of {x} with {m!} bins
N the relative frequency of each value from 0 to {m!} - 1 in {x}
N the histogram of {x} over {m!} bins divided by the number of elements
V estimate the probability of each of {m!} classes from {x}
V count {x} into {m!} bins and ^divide by the number of elements

@ empty_bins: count_empty_bins, unused_values
= s = count[j in 0..m](!any[i](x[i] == j)) for i32[n] x in 0..m, i64 m in 1..30, size n, return CNT s
x: label array | array of small integers
m: 64-bit number
N the number of values from 0 to {m!} - 1 that do not occur in {x} ({m!} is int64)
V count the integers below {m!} (a 64-bit integer) that are missing from {x}
N how many of the classes 0 to {m!} - 1 have no element in {x}, {m!} being int64
V count the empty bins when {x} is sorted into {m!} bins; {m!} is a 64-bit integer
N the number of unused labels among 0..{m!}-1 (int64) in {x}

@ lookup_table: apply_lut, map_through_table
= y[i] = t[x[i]] for u8[n] x, u8[256] t, out u8[n] y, size n
x: byte array | array of bytes | byte image data
t: lookup table of 256 bytes | 256-byte table
V map {x} through {t}
V replace each element of {x} by its entry in {t}
V apply {t} to {x}
N {x} translated by {t}
V look up every byte of {x} in {t}

@ histogram_distance: histogram_l1
= s = sum[i](abs(x[i] - y[i])) for INT[n] x, INT[n] y, size n, return i64 s
x: histogram
y: histogram
N the L1 distance of {x,y}
N the sum of absolute differences of {x,y}
V compare {x,y} by summing the absolute differences of their bins
V add up |{x!}[i] - {y!}[i]| over all bins
N the Manhattan distance between {x,y}

@ histogram_intersection: common_mass
= s = sum[i](min(x[i], y[i])) for INT[n] x, INT[n] y, size n, return i64 s
x: histogram
y: histogram
N the intersection of {x,y}: the sum of the smaller counts
N the histogram intersection of {x,y}
V intersect {x,y} by summing the bin-wise minima
V add up the minimum of each pair of bins of {x,y}
N the sum over the bins of the smaller of {x,y}

@ count_intervals: count_in_range, range_count
= s = count[i](x[i] >= p && x[i] < q) for NUM[n] x, NUM p, NUM q, size n, return CNT s
p: lower bound | lower limit
q: upper bound | upper limit
N the number of elements of {x} from {p} up to but not including {q}
V count the elements of {x} that are at least {p} and less than {q}
N how many values of {x} are at least {p!} and below {q!}
V count the values of {x} in the half-open interval from {p} (included) to {q} (excluded)
N the count of entries of {x} with {p!} <= value < {q!}

@ bin_index: digitize, assign_bins
= y[i] = count[j](e[j] <= x[i]) for NUM[n] x, NUM[m] e sorted, out i32[n] y, size n, size m
e: sorted array of bin edges | +sorted bin edges
V find for each element of {x} how many of {e} are less than or equal to it
V digitise {x} with {e}: the index is the number of edges not greater than the element
N the bin index of each element of {x} among {e}
V assign each element of {x} to a bin, given {e}, by counting the edges not above it
N for each value of {x} the number of {e} at or below it
""")


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)
