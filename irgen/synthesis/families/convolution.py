"""Convolution, correlation, filters, moving windows and pooling in one and two dimensions, with channels."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.operation import FLOATS, NUMERIC, Operation
from passwright.irgen.synthesis.sentence import compose
from passwright.irgen.synthesis.voice import Voice

FAMILY = "convolution"
LINE = {
    "x": ("signal", "array", "sequence", "vector"),
    "w": ("kernel", "filter", "kernel", "mask"),
    "y": ("array", "signal"),
}
IMAGE = {
    "x": ("image", "matrix", "2D array", "image"),
    "w": ("kernel", "filter", "2D kernel", "mask"),
    "y": ("image", "matrix", "2D array"),
}
FEATURES = {
    "x": ("input tensor", "feature map", "multi-channel image"),
    "w": ("filter bank", "kernel tensor", "weight tensor"),
    "y": ("tensor", "feature map"),
}
TAPS = {
    "x": ("signal", "array", "sequence"),
    "w": ("coefficient array", "array of coefficients", "array of taps", "filter"),
    "y": ("array", "signal"),
}


def _op(name: str, program: str, **rest: object) -> Operation:
    rest.setdefault("types", FLOATS)
    rest.setdefault("fixed", False)
    return Operation(FAMILY, name, program, **rest)  # type: ignore[arg-type]


OPERATIONS: tuple[Operation, ...] = (
    _op(
        "correlation valid",
        "y[i] = sum[j](x[i + j] * w[j]) for T[n] x, T[m] w, out T[n - m + 1] y",
        kinds=LINE,
        types=NUMERIC,
        nouns=(
            "the valid cross-correlation of {x} with {w}",
            "the cross-correlation of {x} and {w} without padding",
            "the valid correlation of {x} with {w}",
            "the sliding dot product of {w} along {x}",
            "the 1D cross-correlation of {x} with {w} (valid part)",
            "the n - m + 1 dot products of {w} with the windows of {x}",
        ),
        verbs=(
            "correlate {x} with {w}, valid positions only",
            "slide {w} over {x} and ^take the dot product at every position where it fits",
            "cross-correlate {x} and {w} without padding",
            "apply {w} to {x} as a valid correlation, without flipping it",
            "take the dot product of {w} with each window of {x}",
        ),
        titles=("valid 1D cross-correlation", "1D valid correlation"),
        formulas=("y[i] = sum over j of x[i+j] * w[j]",),
        function="correlate_valid",
    ),
    _op(
        "convolution valid",
        "y[i] = sum[j](x[i + m - 1 - j] * w[j]) for T[n] x, T[m] w, out T[n - m + 1] y",
        kinds=LINE,
        types=NUMERIC,
        nouns=(
            "the valid convolution of {x} with {w}",
            "the convolution of {x} and {w} without padding",
            "the 1D valid convolution of {x} with {w} (flipped)",
            "the part of the convolution of {x} with {w} where both overlap fully",
            "the valid part of the discrete convolution of {x} with {w}",
        ),
        verbs=(
            "convolve {x} with {w}, valid part only",
            "convolve {x} with {w} without padding",
            "compute a valid 1D convolution of {x} with {w}, flipping it",
            "convolve {x} and {w} where they overlap completely",
        ),
        titles=("valid 1D convolution",),
        function="convolve_valid",
    ),
    _op(
        "convolution full",
        "y[i] = sum[j in 0..m | i - j >= 0 && i - j < n](x[i - j] * w[j]) for T[n] x, T[m] w, out T[n + m - 1] y",
        kinds=LINE,
        types=NUMERIC,
        nouns=(
            "the full convolution of {x} with {w}",
            "the full discrete convolution of {x} and {w}",
            "the linear convolution of {x} with {w}, of length n + m - 1",
            "the complete convolution of {x} and {w}",
            "the convolution of {x} with {w} with all partial overlaps",
        ),
        verbs=(
            "convolve {x} with {w}, giving the full result",
            "fully convolve {x} and {w}",
            "compute the full linear convolution of {x} with {w}",
        ),
        titles=("full 1D convolution", "full discrete convolution"),
        function="convolve_full",
    ),
    _op(
        "polynomial product",
        "y[i] = sum[j in 0..m | i - j >= 0 && i - j < n](x[i - j] * w[j]) for T[n] x, T[m] w, out T[n + m - 1] y",
        kinds={
            "x": ("polynomial", "coefficient array"),
            "w": ("polynomial", "coefficient array"),
            "y": ("polynomial", "coefficient array"),
        },
        types=NUMERIC,
        nouns=(
            "the product of the polynomials {x} and {w}",
            "the coefficients of the product of the polynomials with coefficients {!x} and {!w}",
        ),
        verbs=(
            "multiply the polynomials with coefficient arrays {!x} and {!w}",
            "multiply two polynomials, {!x} and {!w}, given by their coefficients",
        ),
        titles=(),
        function="multiply_polynomials",
    ),
    _op(
        "correlation same",
        "y[i] = sum[j](x[i + j - m / 2] * w[j]) @ zero for T[n] x, T[m] w, out T[n] y",
        kinds=LINE,
        types=NUMERIC,
        nouns=(
            "the cross-correlation of {x} with {w}, same size as the input with zero padding",
            "the same-size cross-correlation of {x} and {w}, zero padded",
            "the zero-padded correlation of {x} with {w} centred at each element",
        ),
        verbs=(
            "correlate {x} with {w} centred at each element, padding with zeros",
            "cross-correlate {x} with {w} with zero padding and output of the same length",
            "apply {w} centred at each element of {x} as a correlation, zeros outside",
        ),
        titles=("same-size 1D cross-correlation with zero padding",),
        function="correlate_same",
    ),
    _op(
        "convolution same",
        "y[i] = sum[j](x[i + m / 2 - j] * w[j]) @ zero for T[n] x, T[m] w, out T[n] y",
        kinds=LINE,
        types=NUMERIC,
        nouns=(
            "the convolution of {x} with {w}, same size as the input with zero padding",
            "the same-size convolution of {x} and {w}",
            "the zero-padded 'same' convolution of {x} with {w}",
            "the convolution of {x} with {w} of the same length as {!x}",
            "the same-mode convolution of {x} with {w}",
        ),
        verbs=(
            "convolve {x} with {w}, keeping the length of {!x}",
            "convolve {x} with {w} in same mode with zero padding",
            "convolve {x} and {w} with zero padding and output of the same length",
        ),
        titles=("same-size 1D convolution with zero padding", "1D same convolution"),
        function="convolve_same",
    ),
    _op(
        "convolution periodic",
        "y[i] = sum[j](x[i - j] * w[j]) @ wrap for T[n] x, T[m] w, out T[n] y",
        kinds=LINE,
        types=NUMERIC,
        nouns=(
            "the circular convolution of {x} with {w}",
            "the cyclic convolution of {x} and {w}",
            "the periodic convolution of {x} with {w}",
        ),
        verbs=(
            "convolve {x} with {w} circularly",
            "convolve {x} cyclically with {w}",
            "compute the circular convolution of {x} and {w}",
        ),
        titles=("circular convolution", "cyclic convolution"),
        formulas=("y[i] = sum over j of x[(i-j) mod n] * w[j]",),
        function="circular_convolution",
    ),
    _op(
        "fir",
        "y[i] = sum[j](w[j] * x[i - j]) @ zero for T[n] x, T[m] w, out T[n] y",
        kinds=TAPS,
        nouns=(
            "the output of the FIR filter with {w} for input {x}",
            "the causal FIR filtering of {x} with {w}",
            "{x} filtered by the finite impulse response filter {w}",
            "the FIR filter output for {x} and coefficients {!w}, with zeros before the start",
        ),
        verbs=(
            "filter {x} with the FIR filter given by {w}",
            "apply a causal FIR filter with coefficients {!w} to {x}",
            "run a finite impulse response filter with {w} over {x}",
            "apply an FIR filter with {w} to {x}, samples before the start being zero",
        ),
        titles=("FIR filter", "causal FIR filter", "finite impulse response filter"),
        formulas=("y[i] = sum over j of w[j] * x[i-j]",),
        function="fir_filter",
    ),
    _op(
        "iir",
        "seq y[i] = b * x[i] + a * y[i - 1] @ zero for T[n] x, T a, T b, out T[n] y",
        kinds={"x": ("signal", "array"), "y": ("signal", "array")},
        roles={"a": "feedback coefficient", "b": "gain"},
        constants={"a": ("0.5", "0.9", "0.25"), "b": ("0.5", "0.1", "0.75")},
        verbs=(
            (
                "apply the first-order IIR filter with {b:input gain} and {a:feedback coefficient} "
                "to {x}, starting from zero"
            ),
            "run a one-pole filter over {x} with {b:gain} and {a:feedback coefficient}, zero initial state",
        ),
        nouns=("the output of the one-pole IIR filter with {b:gain} and {a:feedback coefficient} for {x}",),
        formulas=("y[i] = b * x[i] + a * y[i-1], y[-1] = 0",),
        titles=(),
        function="one_pole",
    ),
    _op(
        "moving average",
        "y[i] = sum[j in 0..k](x[i + j]) / k for T[n] x, i64 k in 1..n + 1, out T[n - k + 1] y",
        kinds={"x": ("signal", "array", "time series", "sequence"), "y": ("array", "signal")},
        roles={"k": "window size"},
        nouns=(
            "the moving average of {x} with window size {!k}",
            "the moving average of {x} over windows of {!k} elements",
            "the sliding mean of {x} over {!k} elements, full windows only",
            "the rolling mean of {x} with window length {!k}",
            "the simple moving average of {x} with window width {!k}",
            "the average of every {!k} consecutive elements of {x}",
        ),
        verbs=(
            "average every window of {!k} consecutive elements of {x}",
            "slide a window of {!k} elements over {x} and ^average it",
            "smooth {x} by a moving average over {!k} elements",
            "take the moving average of {x} with window size {!k}",
        ),
        titles=(),
        formulas=(),
        function="moving_average",
    ),
    _op(
        "moving sum",
        "y[i] = sum[j in 0..k](x[i + j]) for T[n] x, i64 k in 1..n + 1, out T[n - k + 1] y",
        types=NUMERIC,
        kinds={"x": ("signal", "array", "time series", "sequence"), "y": ("array", "signal")},
        roles={"k": "window size"},
        nouns=(
            "the moving sum of {x} with window size {!k}",
            "the sums of all windows of {!k} consecutive elements of {x}",
            "the rolling sum of {x} with window length {!k}",
            "the sliding sum of {x} over {!k} elements",
        ),
        verbs=(
            "sum every window of {!k} consecutive elements of {x}",
            "slide a window of {!k} elements over {x} and ^sum it",
        ),
        titles=(),
        function="moving_sum",
    ),
    _op(
        "moving maximum",
        "y[i] = max[j in 0..k](x[i + j]) for T[n] x, i64 k in 1..n + 1, out T[n - k + 1] y",
        types=NUMERIC,
        kinds={"x": ("signal", "array", "time series", "sequence"), "y": ("array", "signal")},
        roles={"k": "window size"},
        nouns=(
            "the sliding window maximum of {x} with window size {!k}",
            "the maximum of every window of {!k} consecutive elements of {x}",
            "the rolling maximum of {x} with window length {!k}",
            "the moving maximum of {x} over {!k} elements",
        ),
        verbs=(
            "find the maximum of each window of {!k} consecutive elements of {x}",
            "slide a window of {!k} elements over {x} and ^take its maximum",
        ),
        titles=(),
        function="sliding_window_max",
    ),
    _op(
        "moving minimum",
        "y[i] = min[j in 0..k](x[i + j]) for T[n] x, i64 k in 1..n + 1, out T[n - k + 1] y",
        types=NUMERIC,
        kinds={"x": ("signal", "array", "time series", "sequence"), "y": ("array", "signal")},
        roles={"k": "window size"},
        nouns=(
            "the sliding window minimum of {x} with window size {!k}",
            "the minimum of every window of {!k} consecutive elements of {x}",
            "the rolling minimum of {x} with window length {!k}",
            "the moving minimum of {x} over {!k} elements",
        ),
        verbs=(
            "find the minimum of each window of {!k} consecutive elements of {x}",
            "slide a window of {!k} elements over {x} and ^take its minimum",
        ),
        titles=(),
        function="sliding_window_min",
    ),
    _op(
        "dilated correlation",
        "y[i] = sum[j](x[i + j * k] * w[j]) for T[n] x, T[m] w, i64 k in 1..n / m + 1, out T[n - (m - 1) * k] y",
        kinds=LINE,
        roles={"k": "dilation"},
        nouns=(
            "the dilated cross-correlation of {x} with {w} and dilation {!k}",
            "the valid correlation of {x} with {w} with dilation factor {!k}",
            "the dilated 1D convolution (no flip) of {x} with {w} with dilation {!k}",
        ),
        verbs=(
            "correlate {x} with {w} using dilation {!k}",
            "apply {w} to {x} with taps {!k} elements apart, valid positions only",
        ),
        titles=(),
        formulas=("y[i] = sum over j of x[i + j*k] * w[j]",),
        function="dilated_correlate",
    ),
    _op(
        "strided correlation",
        "y[i] = sum[j](x[2 * i + j] * w[j]) over i in 0..(n - m) / 2 + 1 for T[n] x, T[m] w, out T[(n - m) / 2 + 1] y",
        kinds=LINE,
        nouns=(
            "the valid cross-correlation of {x} with {w} with stride two",
            "the strided correlation (stride 2) of {x} with {w}",
        ),
        verbs=(
            "correlate {x} with {w} with stride 2, without padding",
            "slide {w} over {x} in steps of two and ^take the dot product at each position",
        ),
        titles=(),
        formulas=("y[i] = sum over j of x[2*i + j] * w[j]",),
        function="strided_correlate",
    ),
    _op(
        "conv2d valid",
        "y[i, j] = sum[k, l](x[i + k, j + l] * w[k, l]) for T[n, m] x, T[p, q] w, out T[n - p + 1, m - q + 1] y",
        kinds=IMAGE,
        types=NUMERIC,
        nouns=(
            "the valid 2D cross-correlation of {x} with {w}",
            "the 2D correlation of {x} and {w} without padding",
            "the 2-D valid correlation of {x} with {w}",
            "the 2D convolution (without flipping) of {x} with {w}, no padding",
            "the 2D filter response of {x} to {w} at all positions where it fits",
        ),
        verbs=(
            "correlate {x} with {w} in two dimensions without padding",
            "slide {w} over {x} and ^sum the elementwise products at each valid position",
            "apply {w} to {x} as a 2D valid correlation",
            "cross-correlate {x} with {w} (2D, valid)",
        ),
        titles=("2D valid cross-correlation", "valid 2D correlation"),
        formulas=("y[i, j] = sum over k, l of x[i+k, j+l] * w[k, l]",),
        function="conv2d_valid",
    ),
    _op(
        "conv2d flipped",
        (
            "y[i, j] = sum[k, l](x[i + p - 1 - k, j + q - 1 - l] * w[k, l]) for T[n, m] x, T[p, "
            "q] w, out T[n - p + 1, m - q + 1] y"
        ),
        kinds=IMAGE,
        types=NUMERIC,
        nouns=(
            "the valid 2D convolution of {x} with {w}",
            "the 2D convolution of {x} and {w} without padding",
            "the true 2D convolution (flipped) of {x} with {w}, valid part",
        ),
        verbs=(
            "convolve {x} with {w} in two dimensions, valid part only",
            "convolve {x} with {w} (2D, no padding)",
            "compute a valid 2D convolution of {x} with {w}",
        ),
        titles=("valid 2D convolution",),
        function="convolve2d_valid",
    ),
    _op(
        "conv2d three",
        (
            "y[i, j] = sum[k in 0..3, l in 0..3](x[i + k - 1, j + l - 1] * w[k, l]) @ zero for "
            "T[n, m] x, T[3, 3] w, out T[n, m] y"
        ),
        kinds={**IMAGE, "w": ("3x3 kernel", "3x3 filter", "3 by 3 kernel")},
        types=NUMERIC,
        nouns=(
            "the correlation of {x} with {w} with zero padding",
            "the response of {x} to {w}, centred, with zeros outside",
            "{x} filtered with {w}, zero padded",
        ),
        verbs=(
            "apply {w} to {x} with zero padding",
            "filter {x} with {w}, treating pixels outside as zero",
            "correlate {x} with {w} centred at each pixel, zeros outside",
        ),
        titles=(),
        function="filter3x3",
    ),
    _op(
        "conv2d three interior",
        (
            "y[i, j] = sum[k in 0..3, l in 0..3](x[i + k - 1, j + l - 1] * w[k, l]) @ interior "
            "for T[n, m] x, T[3, 3] w, out T[n, m] y"
        ),
        kinds={**IMAGE, "w": ("3x3 kernel", "3x3 filter", "3 by 3 kernel")},
        types=NUMERIC,
        nouns=(
            "{x} filtered with {w}, borders left untouched",
            "the correlation of {x} with {w} at interior pixels",
        ),
        verbs=(
            "apply {w} to {x}, leaving the border pixels untouched",
            "filter the interior of {x} with {w}",
            "apply {w} to each interior pixel of {x} (no flipping)",
        ),
        titles=(),
        function="filter3x3_interior",
    ),
    _op(
        "separable rows",
        "y[i, j] = sum[k](x[i, j + k] * w[k]) for T[n, m] x, T[p] w, out T[n, m - p + 1] y",
        kinds={**IMAGE, "w": ("1D kernel", "row filter", "kernel")},
        nouns=(
            "the valid correlation of each row of {x} with {w}",
            "the row-wise valid correlation of {x} with {w}",
        ),
        verbs=(
            "correlate every row of {x} with {w}, without padding",
            "filter the rows of {x} with {w}, valid part only",
        ),
        titles=(),
        formulas=("y[i, j] = sum over k of x[i, j+k] * w[k]",),
        function="filter_rows",
    ),
    _op(
        "separable columns",
        "y[i, j] = sum[k](x[i + k, j] * w[k]) for T[n, m] x, T[p] w, out T[n - p + 1, m] y",
        kinds={**IMAGE, "w": ("1D kernel", "column filter", "kernel")},
        nouns=(
            "the valid correlation of each column of {x} with {w}",
            "the column-wise valid correlation of {x} with {w}",
        ),
        verbs=(
            "correlate every column of {x} with {w}, without padding",
            "filter the columns of {x} with {w}, valid part only",
        ),
        titles=(),
        formulas=("y[i, j] = sum over k of x[i+k, j] * w[k]",),
        function="filter_columns",
    ),
    _op(
        "multi channel",
        (
            "y[i, j] = sum[o, k, l](x[o, i + k, j + l] * w[o, k, l]) for T[d, n, m] x, T[d, p, "
            "q] w, out T[n - p + 1, m - q + 1] y"
        ),
        kinds=FEATURES,
        nouns=(
            "the valid 2D correlation of {x} with {w}, summed over the channels",
            "the single-filter convolution layer output (no flip, no padding) for {x} and {w}, channels first",
        ),
        verbs=(
            "correlate {x} with {w} over all channels without padding, channels first, and ^sum over channels",
            "apply {w}, with as many channels as {!x}, to {x} as a valid 2D correlation",
        ),
        titles=(),
        function="conv2d_channels",
    ),
    _op(
        "conv layer",
        (
            "y[o, i, j] = sum[u, k, l](x[u, i + k, j + l] * w[o, u, k, l]) for T[d, n, m] x, "
            "T[g, d, p, q] w, out T[g, n - p + 1, m - q + 1] y"
        ),
        kinds=FEATURES,
        nouns=(
            (
                "the output of a 2D convolution layer without padding for {x} and {w} (output "
                "channels, input channels, rows, columns)"
            ),
            "the multi-channel valid 2D correlation of {x} with {w}, one output channel per filter",
        ),
        verbs=(
            "apply a convolution layer with weights {!w} to {!x}, stride one, no padding",
            "correlate {x} with every filter of {w}, summing over input channels, no padding",
        ),
        titles=("multi-channel 2D convolution layer without padding",),
        function="conv_layer",
    ),
    _op(
        "max pool 2x2",
        (
            "y[i, j] = max[k in 0..2, l in 0..2](x[2 * i + k, 2 * j + l]) over i in 0..n / 2, j "
            "in 0..m / 2 for T[n, m] x, out T[n / 2, m / 2] y"
        ),
        kinds=IMAGE,
        types=NUMERIC,
        nouns=(
            "the 2x2 max pooling of {x}",
            "the maximum of each 2x2 block of {x}",
            "{x} downsampled by taking the largest value of every 2 by 2 block",
            "the max-pooled {x} with a 2x2 window and stride 2",
        ),
        verbs=(
            "apply 2x2 max pooling with stride 2 to {x}",
            "take the maximum of each non-overlapping 2x2 block of {x}",
            "max-pool {x} with window 2x2 and stride 2",
            "downsample {x} by two in both directions with max pooling",
        ),
        titles=("2x2 max pooling", "max pooling with a 2x2 window and stride 2"),
        function="max_pool",
    ),
    _op(
        "average pool 2x2",
        (
            "y[i, j] = sum[k in 0..2, l in 0..2](x[2 * i + k, 2 * j + l]) / 4 over i in 0..n / "
            "2, j in 0..m / 2 for T[n, m] x, out T[n / 2, m / 2] y"
        ),
        kinds=IMAGE,
        nouns=(
            "the 2x2 average pooling of {x}",
            "the mean of each 2x2 block of {x}",
            "{x} downsampled by averaging every 2 by 2 block",
            "{x} at half the resolution, averaging 2x2 blocks",
        ),
        verbs=(
            "apply 2x2 average pooling with stride 2 to {x}",
            "average each non-overlapping 2x2 block of {x}",
            "downsample {x} by a factor of two by averaging 2x2 blocks",
            "halve the resolution of {x} by averaging blocks of 2 by 2 pixels",
        ),
        titles=("2x2 average pooling", "average pooling with a 2x2 window and stride 2"),
        function="average_pool",
    ),
    _op(
        "max pool 1d",
        "y[i] = max[j in 0..2](x[2 * i + j]) over i in 0..n / 2 for T[n] x, out T[n / 2] y",
        kinds=LINE,
        types=NUMERIC,
        nouns=(
            "the maximum of each consecutive pair of elements of {x} (non-overlapping)",
            "the 1D max pooling of {x} with window 2 and stride 2",
        ),
        verbs=(
            "max-pool {x} with window and stride 2",
            "take the larger of every two consecutive elements of {x}, without overlap",
        ),
        titles=("1D max pooling of width two",),
        function="max_pool1d",
    ),
    _op(
        "block average",
        "y[i] = sum[j in 0..k](x[k * i + j]) / k over i in 0..n / k for T[n] x, i64 k in 1..n + 1, out T[n / k] y",
        kinds={"x": ("signal", "array", "sequence"), "y": ("array",)},
        roles={"k": "block size"},
        nouns=(
            "the average of each block of {!k} elements of {x}",
            "the means of non-overlapping blocks of {!k} elements of {x}",
            "{x} downsampled by averaging blocks of {!k} elements",
        ),
        verbs=(
            "average each non-overlapping block of {!k} elements of {x}",
            "downsample {x} by {!k}, averaging each block",
        ),
        titles=(),
        function="block_average",
    ),
    _op(
        "block sum",
        "y[i] = sum[j in 0..k](x[k * i + j]) over i in 0..n / k for T[n] x, i64 k in 1..n + 1, out T[n / k] y",
        types=NUMERIC,
        kinds={"x": ("signal", "array", "sequence"), "y": ("array",)},
        roles={"k": "block size"},
        nouns=(
            "the sum of each block of {!k} elements of {x}",
            "the sums of non-overlapping blocks of {!k} elements of {x}",
        ),
        verbs=(
            "sum each non-overlapping block of {!k} elements of {x}",
            "add up every group of {!k} consecutive elements of {x}",
        ),
        titles=(),
        function="block_sum",
    ),
    _op(
        "downsample",
        "y[i] = x[k * i] over i in 0..n / k for T[n] x, i64 k in 1..n + 1, out T[n / k] y",
        types=NUMERIC,
        kinds={"x": ("signal", "array", "sequence"), "y": ("array",)},
        roles={"k": "step"},
        nouns=(
            "every {!k}-th element of {x}, starting with the first",
            "{x} decimated by {!k}",
            "{x} subsampled with step {!k}",
        ),
        verbs=(
            "keep every {!k}-th element of {x}, starting at index 0",
            "decimate {x} by {!k}",
            "subsample {x} with step {!k}",
        ),
        titles=(),
        formulas=("y[i] = x[k*i]",),
        function="decimate",
    ),
    _op(
        "upsample",
        "y[i] = x[i / 2] over i in 0..2 * n for T[n] x, out T[2 * n] y",
        types=NUMERIC,
        kinds={"x": ("signal", "array", "sequence"), "y": ("array",)},
        nouns=("{x} with every element repeated twice", "{x} upsampled by two by repetition"),
        verbs=(
            "repeat every element of {x} twice",
            "upsample {x} by a factor of two, repeating each element",
        ),
        titles=(),
        function="upsample",
    ),
    _op(
        "autocorrelation",
        "y[k] = sum[i in 0..n - k](x[i] * x[i + k]) over k in 0..m for T[n] x, out T[m] y, size n, size m in 1..n + 1",
        kinds={"x": ("signal", "array", "sequence"), "y": ("array",)},
        nouns=(
            "the autocorrelation of {x} for lags 0 to {!m} - 1",
            "the first {!m} autocorrelation values of {x}",
            "the unnormalised autocorrelation of {x} for the first {!m} lags",
        ),
        verbs=(
            "autocorrelate {x} for lags 0 up to {!m} - 1",
            "sum the products of {x} with itself shifted by each lag from 0 to {!m} - 1",
        ),
        titles=(),
        formulas=(),
        function="autocorrelation",
    ),
    _op(
        "autocorrelation at lag",
        "s = sum[i in 0..n - k](x[i] * x[i + k]) for T[n] x, i64 k in 0..n, return T s",
        kinds={"x": ("signal", "array", "sequence")},
        roles={"k": "lag"},
        nouns=(
            "the autocorrelation of {x} at lag {!k}",
            "the sum of the products of elements of {x} that are {!k} apart",
            "the unnormalised autocorrelation of {x} for lag {!k}",
        ),
        verbs=(
            "multiply {x} with itself shifted by {!k} and ^sum the products",
            "correlate {x} with itself at lag {!k}",
        ),
        titles=(),
        formulas=("s = sum of x[i] * x[i+k]",),
        function="autocorrelation_at",
    ),
    _op(
        "gaussian separable",
        (
            "t0[i, j] = (x[i, j - 1] + 2 * x[i, j] + x[i, j + 1]) / 4 @ clamp; y[i, j] = (t0[i - "
            "1, j] + 2 * t0[i, j] + t0[i + 1, j]) / 4 @ clamp for T[n, m] x, out T[n, m] y"
        ),
        kinds=IMAGE,
        operations=("filter rows", "filter columns"),
        nouns=("the separable 1-2-1 blur of {x}, rows first and then columns, repeating the edge values",),
        verbs=(
            "filter the rows of {x} and then the columns with (1, 2, 1)/4, repeating edge values",
            (
                "apply a separable binomial blur (1 2 1)/4 to {x}, first along rows, then along "
                "columns, clamping at the borders"
            ),
        ),
        titles=(),
        function="separable_blur",
    ),
    _op(
        "cross correlation at zero",
        (
            "s = sum[i](x[i] * y[i]) / (sqrt(sum[i](x[i] * x[i])) * sqrt(sum[i](y[i] * y[i]))) "
            "for T[n] x, T[n] y, return T s"
        ),
        kinds={"x": ("signal",), "y": ("signal",)},
        nouns=(
            "the normalised cross-correlation of {x,y} at lag zero",
            "the normalized cross correlation of {x,y} without shift",
        ),
        verbs=("cross-correlate {x,y} at lag zero, normalised by their norms",),
        titles=(),
        function="normalized_cross_correlation",
    ),
)


def draw(rng: random.Random, voice: Voice) -> Draft:
    """One of the operations, or a window of a drawn width."""
    if rng.random() < 0.2:
        return compose(voice, window(rng))
    return compose(voice, rng.choice(OPERATIONS))


def window(rng: random.Random) -> Operation:
    """Moving windows whose width is a number."""
    width = rng.choice(("3", "4", "5", "7", "8", "10", "2", "16", "9", "20"))
    op, body, nouns = rng.choice(
        (
            (
                "average",
                f"sum[j in 0..{width}](x[i + j]) / {width}",
                ("moving average", "rolling mean", "sliding mean"),
            ),
            ("sum", f"sum[j in 0..{width}](x[i + j])", ("moving sum", "rolling sum", "sliding sum")),
            (
                "maximum",
                f"max[j in 0..{width}](x[i + j])",
                ("moving maximum", "rolling maximum", "sliding window maximum"),
            ),
            (
                "minimum",
                f"min[j in 0..{width}](x[i + j])",
                ("moving minimum", "rolling minimum", "sliding window minimum"),
            ),
        )
    )
    noun = rng.choice(nouns)
    after = int(width) - 1
    action = {
        "average": "average",
        "sum": "sum",
        "maximum": "take the maximum of",
        "minimum": "take the minimum of",
    }[op]
    return Operation(
        FAMILY,
        f"window {op}",
        f"y[i] = {body} for T[n] x, out T[n - {after}] y",
        types=FLOATS,
        kinds={"x": ("signal", "array", "time series", "sequence"), "y": ("array", "signal")},
        fixed=False,
        nouns=(
            f"the {noun} of {{x}} with window {width}",
            f"the {noun} of {{x}} over windows of {width} elements",
            f"the {width}-element {noun} of {{x}}, full windows only",
            f"the {noun} of {{x}} with a window size of {width}",
            f"the {op} of every {width} consecutive elements of {{x}}",
            f"the {noun} (window {width}) of {{x}}",
        ),
        verbs=(
            f"{action} every window of {width} consecutive elements of {{x}}",
            (
                f"slide a window of {width} elements over {{x}} and ^{action} "
                f"{'it' if op in ('average', 'sum') else 'its elements'}"
            ),
            f"{action} each group of {width} neighbouring elements of {{x}} as the window moves by one",
            f"compute the {noun} of {{x}} with window {width}",
            f"apply a {noun} with window length {width} to {{x}}",
        ),
        function="moving_window",
        operations=(f"moving {op}",),
    )
