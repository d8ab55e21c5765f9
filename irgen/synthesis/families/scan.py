"""One array to another in which each element depends on those before (or after) it."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.expressions import (
    constants,
    draw_expression,
    draw_test,
    roles,
    scalar_arguments,
)
from passwright.irgen.synthesis.operation import FLOATS, INTEGERS, NUMERIC, Operation
from passwright.irgen.synthesis.sentence import compose
from passwright.irgen.synthesis.voice import Voice

FAMILY = "scan"
SIGNAL = {"x": ("signal", "array", "sequence", "time series", "series")}


def _op(name: str, statement: str, inputs: str = "T[n] x", **rest: object) -> Operation:
    rest.setdefault("types", NUMERIC)
    return Operation(FAMILY, name, f"{statement} for {inputs}, out T[n] y", **rest)  # type: ignore[arg-type]


FIXED: tuple[Operation, ...] = (
    _op(
        "prefix sum",
        "y[i] = sum[j in 0..i + 1](x[j])",
        in_place=True,
        nouns=(
            "the prefix sums of {x}",
            "the cumulative sum of {x}",
            "the running total of {x}",
            "the inclusive scan of {x}",
            "the inclusive prefix sum of {x}",
            "the running sum of {all:x}",
            "the partial sums of {x}",
            "the cumulative sums of {all:x}",
        ),
        verbs=(
            "accumulate {x} so that each output is the sum of all elements up to and including it",
            "replace {each:x} by the sum of all elements up to it, itself included",
            "take the running sum of {x}",
            "scan {x} inclusively with addition",
            "set each output element to the sum of {x} from the start up to that index, inclusive",
            "accumulate {x} from left to right",
            "cumulatively sum {x}",
        ),
        titles=("prefix sum", "cumulative sum", "inclusive scan", "running total", "cumsum"),
        formulas=("y[i] = x[0] + ... + x[i]", "y[i] = sum of x[0..i]", "y[i] = y[i-1] + x[i], y[0] = x[0]"),
        function="prefix_sum",
    ),
    _op(
        "exclusive prefix sum",
        "y[i] = sum[j in 0..i](x[j])",
        in_place=True,
        nouns=(
            "the exclusive prefix sums of {x}",
            "the exclusive scan of {x}",
            "the exclusive cumulative sum of {x}, starting with zero",
            "the running total of {x} before each element",
            "the prefix sums of {x}, shifted so that the first is 0",
            "the sums of all elements of {x} before each position",
        ),
        verbs=(
            "scan {x} exclusively with addition",
            "set each output element to the sum of all preceding elements of {x}",
            "replace {each:x} by the sum of the elements before it",
            "take the exclusive running sum of {x}",
            "sum, for every index, the elements of {x} before it",
        ),
        titles=("exclusive prefix sum", "exclusive scan", "exclusive cumulative sum"),
        formulas=("y[i] = x[0] + ... + x[i-1], y[0] = 0",),
        function="exclusive_scan",
    ),
    _op(
        "suffix sum",
        "y[i] = sum[j in i..n](x[j])",
        nouns=(
            "the suffix sums of {x}",
            "the cumulative sum of {x} from the right",
            "the running total of {x} from the end to each position",
            "the reverse cumulative sum of {x}",
            "the sum of each element of {x} and all that follow it",
            "the backward prefix sums of {x}",
        ),
        verbs=(
            "accumulate {x} from right to left",
            "set each output element to the sum of {x} from that index to the end",
            "scan {x} from the end with addition",
            "replace {each:x} by the sum of itself and all later elements",
            "cumulatively sum {x} starting from the last element",
        ),
        titles=("suffix sum", "reverse cumulative sum", "reverse prefix sum"),
        formulas=("y[i] = x[i] + ... + x[n-1]",),
        fixed=False,
        function="suffix_sum",
    ),
    _op(
        "exclusive suffix sum",
        "y[i] = sum[j in i + 1..n](x[j])",
        nouns=(
            "the sum of all elements of {x} after each position",
            "the exclusive suffix sums of {x}",
            "the exclusive cumulative sum of {x} from the right",
            "the totals of the elements of {x} that follow each element",
            "the exclusive reverse scan of {x}",
        ),
        verbs=(
            "set each output element to the sum of the elements of {x} after it",
            "sum, for every index, the elements of {x} behind it",
            "scan {x} exclusively from the right with addition",
        ),
        titles=("exclusive suffix sum",),
        function="exclusive_suffix_sum",
    ),
    _op(
        "running maximum",
        "y[i] = max[j in 0..i + 1](x[j])",
        nouns=(
            "the running maximum of {x}",
            "the cumulative maximum of {x}",
            "the prefix maxima of {x}",
            "the largest element of {x} up to each position",
            "the maximum so far at each position of {x}",
            "the running max over {all:x}",
        ),
        verbs=(
            "set each output element to the largest element of {x} seen so far",
            "keep track of the largest value seen so far in {x} at every index",
            "scan {x} with max",
            "record the maximum of {x} up to and including each index",
            "replace {each:x} by the largest element up to it",
        ),
        titles=("running maximum", "cumulative maximum", "prefix maximum", "cummax"),
        formulas=("y[i] = max(x[0], ..., x[i])",),
        function="running_max",
    ),
    _op(
        "running minimum",
        "y[i] = min[j in 0..i + 1](x[j])",
        nouns=(
            "the running minimum of {x}",
            "the cumulative minimum of {x}",
            "the prefix minima of {x}",
            "the smallest element of {x} up to each position",
            "the minimum so far at each position of {x}",
            "the running min over {all:x}",
        ),
        verbs=(
            "set each output element to the smallest element of {x} seen so far",
            "keep track of the smallest value seen so far in {x} at every index",
            "scan {x} with min",
            "record the minimum of {x} up to and including each index",
            "replace {each:x} by the smallest element up to it",
        ),
        titles=("running minimum", "cumulative minimum", "prefix minimum", "cummin"),
        formulas=("y[i] = min(x[0], ..., x[i])",),
        function="running_min",
    ),
    _op(
        "suffix maximum",
        "y[i] = max[j in i..n](x[j])",
        nouns=(
            "the suffix maxima of {x}",
            "the running maximum of {x} from the right",
            "the largest element of {x} from each position to the end",
            "the maximum of each element of {x} and all that follow",
            "the reverse cumulative maximum of {x}",
        ),
        verbs=(
            "set each output element to the largest element of {x} from there to the end",
            "scan {x} from right to left with max",
            "record the maximum of {x} from each index onward",
        ),
        titles=("suffix maximum", "reverse running maximum"),
        function="suffix_max",
    ),
    _op(
        "suffix minimum",
        "y[i] = min[j in i..n](x[j])",
        nouns=(
            "the suffix minima of {x}",
            "the running minimum of {x} from the right",
            "the smallest element of {x} from each position to the end",
            "the minimum of each element of {x} and all that follow",
            "the reverse cumulative minimum of {x}",
        ),
        verbs=(
            "set each output element to the smallest element of {x} from there to the end",
            "scan {x} from right to left with min",
            "record the minimum of {x} from each index onward",
        ),
        titles=("suffix minimum", "reverse running minimum"),
        function="suffix_min",
    ),
    _op(
        "cumulative product",
        "y[i] = prod[j in 0..i + 1](x[j])",
        types=FLOATS,
        nouns=(
            "the cumulative product of {x}",
            "the running product of {all:x}",
            "the prefix products of {x}",
            "the partial products of {x}",
            "the product of all elements of {x} up to each position",
        ),
        verbs=(
            "multiply {all:x} cumulatively",
            "set each output element to the product of {x} up to and including that index",
            "scan {x} with multiplication",
            "replace {each:x} by the product of all elements up to it",
            "accumulate the product of {x} from left to right",
        ),
        titles=("cumulative product", "running product", "prefix product", "cumprod"),
        formulas=("y[i] = x[0] * ... * x[i]",),
        function="cumulative_product",
    ),
    _op(
        "exclusive product",
        "y[i] = prod[j in 0..i](x[j])",
        types=FLOATS,
        nouns=(
            "the exclusive prefix products of {x}",
            "the product of all elements of {x} before each position",
            "the exclusive cumulative product of {x}, starting with one",
            "the exclusive running product of {x}",
            "the prefix products of {x}, shifted so that the first is 1",
        ),
        verbs=(
            "set each output element to the product of all preceding elements of {x}",
            "multiply, for every index, the elements of {x} before it",
        ),
        titles=("exclusive prefix product",),
        function="exclusive_product",
    ),
    _op(
        "product except self",
        "y[i] = prod[j in 0..i](x[j]) * prod[j in i + 1..n](x[j])",
        types=FLOATS,
        nouns=(
            "the product of all elements of {x} except the one at each index",
            "for each index, the product of all other elements of {x}",
            "the product of {x} without each element, not using division",
            "for every element of {x}, the product of all the others",
        ),
        verbs=(
            "replace {each:x} by the product of all other elements",
            "set each output element to the product of all elements of {x} but that one",
        ),
        titles=("product except self",),
        function="product_except_self",
    ),
    _op(
        "cumulative mean",
        "y[i] = sum[j in 0..i + 1](x[j]) / (i + 1)",
        types=FLOATS,
        kinds=SIGNAL,
        nouns=(
            "the cumulative mean of {x}",
            "the running average of {x} from the start up to each index",
            "the cumulative moving average of {x}",
            "the mean of all elements of {x} up to each position",
            "the running mean of {x} over all elements so far",
            "the expanding mean of {x}",
        ),
        verbs=(
            "average {x} cumulatively: each output is the mean of all elements up to it",
            "set each output element to the average of {x} from the start to that index inclusive",
            "replace {each:x} by the mean of the elements up to and including it",
        ),
        titles=("cumulative average", "expanding mean", "cumulative mean"),
        function="cumulative_mean",
    ),
    _op(
        "cumulative sum of squares",
        "y[i] = sum[j in 0..i + 1](x[j] * x[j])",
        kinds=SIGNAL,
        nouns=(
            "the cumulative sum of squares of {x}",
            "the running sum of the squares of {x}",
            "the prefix sums of the squared elements of {x}",
            "the cumulative energy of {x}",
            "the partial sums of the squares of {all:x}",
        ),
        verbs=(
            "accumulate the squares of {x} from left to right",
            "square {each:x} and ^take the cumulative sum",
            "set each output element to the sum of the squares of {x} up to that index",
        ),
        titles=("cumulative energy",),
        operations=("square", "prefix sum"),
        function="cumulative_energy",
    ),
    _op(
        "first difference",
        "y[i] = i == 0 ? x[i] : x[i] - x[i - 1]",
        nouns=(
            "the adjacent differences of {x}, keeping the first element as it is",
            "the first differences of {x}, the first element being copied",
            "the differences of consecutive elements of {x} with the first element unchanged",
            "the adjacent difference of {x} (first element copied)",
        ),
        verbs=(
            "subtract from each element of {x} the one before it, keeping the first",
            "copy the first element of {x} and ^subtract its predecessor from every other",
            "take differences of neighbouring elements of {x}, leaving the first element as it is",
            "replace {each:x} but the first by its difference to the previous element",
        ),
        titles=("adjacent difference",),
        function="adjacent_difference",
    ),
    _op(
        "reverse",
        "y[i] = x[n - 1 - i]",
        fixed=False,
        nouns=(
            "the reverse of {x}",
            "{x} in reverse order",
            "{all:x} in reversed order",
            "a reversed copy of {x}",
            "{x} reversed",
            "the elements of {x} from last to first",
        ),
        verbs=(
            "reverse {x}",
            "reverse the order of {all:x}",
            "copy {x} backwards",
            "flip {x} end to end",
            "write {all:x} in reverse order",
            "turn {x} around so that the last element comes first",
        ),
        titles=("array reversal", "reverse copy"),
        formulas=("y[i] = x[n-1-i]",),
        function="reverse_array",
    ),
    _op(
        "exponential smoothing",
        "seq y[i] = i == 0 ? x[i] : a * x[i] + (1 - a) * y[i - 1]",
        "T[n] x, T a",
        types=FLOATS,
        kinds=SIGNAL,
        roles={"a": "smoothing factor"},
        constants={"a": ("0.1", "0.3", "0.5", "0.2", "0.05", "0.9")},
        nouns=(
            "the exponential moving average of {x} with {a:smoothing factor}",
            "the exponentially smoothed {x} with factor {a}",
            "the EMA of {x} with {a:smoothing factor}",
            "the exponentially weighted moving average of {x} with {a:smoothing factor}",
        ),
        verbs=(
            "smooth {x} exponentially with {a:smoothing factor}",
            "apply exponential smoothing with {a:smoothing factor} to {x}",
            "apply a first-order low-pass filter to {x} with {a:smoothing factor}, starting at the first sample",
            "run an exponential moving average with {a:weight} for the new sample over {x}",
            "filter {x} by an EMA with {a:smoothing factor}",
        ),
        formulas=("y[i] = a * x[i] + (1 - a) * y[i-1], y[0] = x[0]",),
        titles=("exponential smoothing", "exponential moving average"),
        function="exponential_smoothing",
    ),
    _op(
        "first order recurrence",
        "seq y[i] = i == 0 ? x[i] : a * y[i - 1] + x[i]",
        "T[n] x, T a",
        types=FLOATS,
        kinds=SIGNAL,
        roles={"a": "coefficient", "x": "input"},
        constants={"a": ("0.5", "0.9", "0.25")},
        verbs=(
            "run the first-order recurrence on {x}: each output is {a} times the previous output plus the input",
            "apply a leaky integrator with {a:coefficient} to {x}",
            "add to each element of {x} the previous output times {a}",
            "filter {x} with the recursive filter whose output is the input plus {a} times the last output",
        ),
        nouns=(
            "the leaky integration of {x} with {a:coefficient}",
            "the first-order recursive filter of {x} with feedback {a}",
        ),
        formulas=("y[i] = a * y[i-1] + x[i], y[0] = x[0]", "y[i] = x[i] + a * y[i-1] with y[0] = x[0]"),
        titles=(),
        function="leaky_integrator",
    ),
    _op(
        "second order recurrence",
        "seq y[i] = x[i] + (i > 0 ? a * y[i - 1] : 0) + (i > 1 ? b * y[i - 2] : 0)",
        "T[n] x, T a, T b",
        types=FLOATS,
        kinds=SIGNAL,
        roles={"a": "first coefficient", "b": "second coefficient"},
        constants={"a": ("0.5", "0.25"), "b": ("0.25", "0.125")},
        verbs=(
            (
                "apply the second-order recursive filter with coefficients {a} and {b} to {x}, "
                "outputs before the start being zero"
            ),
            (
                "run the two-term recurrence on {x}: each output is the input plus {a} times the "
                "last output plus {b} times the one before, zero before the start"
            ),
        ),
        nouns=("the output of the IIR filter with feedback coefficients {a} and {b} for input {x}",),
        formulas=(
            "y[i] = x[i] + a * y[i-1] + b * y[i-2]",
            "y[i] = x[i] + a * y[i-1] + b * y[i-2], with y zero before the start",
        ),
        titles=(),
        function="second_order_filter",
    ),
    _op(
        "compound growth",
        "seq y[i] = i == 0 ? a * (1 + x[i]) : y[i - 1] * (1 + x[i])",
        "T[n] x, T a",
        types=FLOATS,
        roles={"a": "initial value"},
        kinds={"x": ("array of rates", "list of growth rates", "rate array", "array of returns")},
        constants={"a": ("100", "1000", "10")},
        verbs=(
            "compound {a:initial value} with {x}, writing the balance after each step",
            "grow {a:initial value} by the rates {x} one after the other and ^record each value",
            "apply the rates in {x} successively to {a:initial value}, storing every intermediate value",
        ),
        nouns=(
            "the balance after each period, starting from {a} and growing by the rates in {x}",
            "the compounded value of {a:initial value} after each rate in {x}",
        ),
        titles=(),
        function="compound",
    ),
    _op(
        "bounded accumulation",
        "seq y[i] = i == 0 ? max(x[i], 0) : max(y[i - 1] + x[i], 0)",
        kinds=SIGNAL,
        verbs=(
            "accumulate {x} but never below zero",
            "take the running sum of {x}, resetting it to zero whenever it becomes negative",
            "sum {x} cumulatively, clamping the running total at zero from below",
        ),
        nouns=("the running sum of {x} floored at zero at every step", "the CUSUM of {x}, clamped at zero"),
        formulas=("y[i] = max(y[i-1] + x[i], 0), y[0] = max(x[0], 0)",),
        titles=(),
        function="cusum",
    ),
    _op(
        "horner scan",
        "seq y[i] = i == 0 ? x[i] : y[i - 1] * a + x[i]",
        "T[n] x, T a",
        types=FLOATS,
        roles={"a": "point"},
        kinds={"x": ("coefficient array", "array of coefficients")},
        constants={"a": ("0.5", "2")},
        verbs=(
            "run Horner's scheme on {x} at {a:point}, storing every intermediate result",
            "evaluate {x} by Horner's rule at {a:point} and ^keep every partial value",
        ),
        nouns=("all intermediate values of Horner's rule for coefficients {x} at {a:point}",),
        titles=(),
        function="horner_values",
    ),
    _op(
        "drawdown",
        "y[i] = max[j in 0..i + 1](x[j]) - x[i]",
        types=FLOATS,
        kinds={"x": ("price series", "array of prices", "array", "series")},
        operations=("running maximum", "subtract"),
        nouns=(
            "the drawdown of {x}: the running maximum minus the current value",
            "the difference between the running maximum of {x} and {x} itself",
            "how far {x} lies below its running maximum at each index",
            "the drop of {x} from its highest value so far",
        ),
        verbs=(
            "subtract {each:x} from the largest element so far",
            "take the running maximum of {x} and ^subtract {x} from it",
        ),
        titles=("drawdown",),
        function="drawdown",
    ),
    _op(
        "running count",
        "y[i] = count[j in 0..i + 1](x[j] > 0)",
        types=INTEGERS,
        nouns=(
            "the running count of positive elements of {x}",
            "the number of positive elements of {x} up to each position",
            "the cumulative count of elements of {x} greater than zero",
        ),
        verbs=(
            "count, for every index, the positive elements of {x} up to and including it",
            "keep a running count of the positive values of {x}",
        ),
        titles=(),
        operations=("positive", "running count"),
        function="running_count",
    ),
    _op(
        "rotate left",
        "y[i] = x[(i + 1) % n]",
        fixed=False,
        verbs=(
            "rotate {x} left by one position",
            "shift {x} cyclically to the left by one",
            "move every element of {x} one place to the front, the first going to the end",
            "rotate {x} to the left by one",
        ),
        nouns=("{x} rotated left by one", "the left rotation of {x} by one position"),
        titles=("left rotation by one",),
        function="rotate_left",
    ),
    _op(
        "rotate by",
        "y[i] = x[(i + k) % n]",
        "T[n] x, i64 k in 0..n",
        fixed=False,
        roles={"k": "shift"},
        verbs=(
            "rotate {x} left by {!k} positions",
            "shift {x} cyclically to the left by {!k}",
            "rotate {x} to the left {!k} times",
        ),
        nouns=("{x} rotated left by {!k}", "the left rotation of {x} by {!k} positions"),
        titles=(),
        function="rotate_by",
    ),
    _op(
        "shift right",
        "y[i] = i == 0 ? 0 : x[i - 1]",
        verbs=(
            "shift {x} right by one, filling with zero",
            "shift {x} by one position towards the end, putting 0 first",
            "delay {x} by one sample, starting with zero",
        ),
        nouns=(
            "{x} delayed by one element, with zero in front",
            "{x} shifted right by one with a leading zero",
        ),
        titles=("unit delay",),
        kinds=SIGNAL,
        formulas=("y[i] = x[i-1], y[0] = 0",),
        function="shift_right",
    ),
)

MATRIX = (
    Operation(
        FAMILY,
        "row prefix sums",
        "y[i, j] = sum[k in 0..j + 1](x[i, k]) for T[n, m] x, out T[n, m] y",
        types=NUMERIC,
        nouns=(
            "the cumulative sum along each row of {x}",
            "the prefix sums of every row of {x}",
            "the running totals of {x} along its rows, left to right",
            "the row-wise cumulative sum of {x}",
            "the inclusive scan of each row of {x}",
        ),
        verbs=(
            "take the cumulative sum of each row of {x}",
            "accumulate each row of {x} from left to right",
            "scan every row of {x} with addition",
            "replace every entry of {x} by the sum of its row up to it",
        ),
        titles=("row-wise prefix sum",),
        function="row_prefix_sums",
    ),
    Operation(
        FAMILY,
        "column prefix sums",
        "y[i, j] = sum[k in 0..i + 1](x[k, j]) for T[n, m] x, out T[n, m] y",
        types=NUMERIC,
        nouns=(
            "the cumulative sum down each column of {x}",
            "the prefix sums of every column of {x}",
            "the running totals of {x} along its columns, top to bottom",
            "the column-wise cumulative sum of {x}",
            "the inclusive scan of each column of {x}",
        ),
        verbs=(
            "take the cumulative sum of each column of {x}",
            "accumulate each column of {x} from top to bottom",
            "scan every column of {x} with addition",
            "replace every entry of {x} by the sum of its column down to it",
        ),
        titles=("column-wise prefix sum",),
        function="column_prefix_sums",
    ),
    Operation(
        FAMILY,
        "summed area table",
        "y[i, j] = sum[k in 0..i + 1, l in 0..j + 1](x[k, l]) for T[n, m] x, out T[n, m] y",
        types=NUMERIC,
        kinds={"x": ("image", "matrix", "2D array", "grid")},
        nouns=(
            "the integral image of {x}",
            "the summed-area table of {x}",
            "the two-dimensional prefix sums of {x}",
            "the 2D cumulative sum of {x}",
            "the sum of all entries of {x} above and to the left of each position, inclusive",
        ),
        verbs=(
            "build the summed-area table of {x}",
            (
                "accumulate {x} over both dimensions so that each output is the sum of the rectangle "
                "from the top-left corner to it"
            ),
            "take the 2D prefix sum of {x}",
        ),
        titles=("integral image", "summed-area table", "2D prefix sum"),
        function="integral_image",
    ),
    Operation(
        FAMILY,
        "row running maximum",
        "y[i, j] = max[k in 0..j + 1](x[i, k]) for T[n, m] x, out T[n, m] y",
        types=NUMERIC,
        nouns=(
            "the running maximum along each row of {x}",
            "the cumulative maximum of every row of {x}",
            "the row-wise running maximum of {x}",
            "the prefix maxima of each row of {x}",
        ),
        verbs=(
            "take the running maximum of every row of {x} from left to right",
            "scan each row of {x} with max",
        ),
        titles=("row-wise running maximum",),
        function="row_running_max",
    ),
)

SCANS = (
    (
        "prefix sum",
        "sum[j in 0..i + 1](@)",
        ("the prefix sums of $", "the cumulative sum of $", "the running total of $"),
        (
            "take the cumulative sum of the results",
            "compute the prefix sums of the result",
            "accumulate the results from left to right",
        ),
    ),
    (
        "exclusive prefix sum",
        "sum[j in 0..i](@)",
        ("the exclusive prefix sums of $", "the exclusive cumulative sum of $"),
        ("take the exclusive prefix sums of the results", "compute the exclusive scan of the result"),
    ),
    (
        "running maximum",
        "max[j in 0..i + 1](@)",
        ("the running maximum of $", "the cumulative maximum of $"),
        ("take the running maximum of the results", "record the maximum so far of the results"),
    ),
    (
        "running minimum",
        "min[j in 0..i + 1](@)",
        ("the running minimum of $", "the cumulative minimum of $"),
        ("take the running minimum of the results", "record the minimum so far of the results"),
    ),
    (
        "suffix sum",
        "sum[j in i..n](@)",
        ("the suffix sums of $", "the cumulative sum from the right of $"),
        ("take the suffix sums of the results", "accumulate the results from right to left"),
    ),
)


def draw(rng: random.Random, voice: Voice) -> Draft:
    """A fixed scan, or one of mapped or chosen elements."""
    kind = rng.random()
    if kind < 0.6:
        return compose(voice, rng.choice(FIXED))
    if kind < 0.7:
        return compose(voice, rng.choice(MATRIX))
    return compose(voice, mapped_operation(rng) if kind < 0.88 else conditional_operation(rng))


def mapped_operation(rng: random.Random) -> Operation:
    """A scan of a function of the elements."""
    e = draw_expression(rng, 1)
    name, text, nouns, verbs = rng.choice(SCANS)
    step = e.verb(rng, "{each:x}")
    single = e.steps[0]
    what = rng.choice(
        [p.replace("@", "{all:x}") for p in single.plurals] or [f"the values {e.noun(rng, '{!x}[i]')}"]
    )
    body = text.replace("@", e.text("x[j]"))
    return Operation(
        FAMILY,
        "mapped",
        f"y[i] = {body} for T[n] x{scalar_arguments(e.scalars)}, out T[n] y",
        nouns=tuple(n.replace("$", what) for n in nouns[:2]),
        verbs=(
            f"{step} and ^{rng.choice(verbs)}",
            f"{step}, then ^{rng.choice(verbs)}",
            f"{step} and then ^{verbs[0]}",
        ),
        types=FLOATS,
        roles=roles(e.scalars),
        constants=constants(e.scalars, False),
        operations=(*e.operations, name),
        function="scan_values",
        fixed="n]" not in body,
    )


def conditional_operation(rng: random.Random) -> Operation:
    """Running sums and counts of elements that a condition holds for."""
    integers = rng.random() < 0.35
    test = draw_test(rng, integers=integers)
    while test.condition.name in ("equal", "unequal", "zero", "nonzero") and not integers:
        test = draw_test(rng, integers=integers)
    condition = test.text("x[j]")
    condition = condition.removeprefix("(").removesuffix(")") if condition.startswith("(") else condition
    arguments = "".join(f", T {x}{' nonzero' if 'divi' in test.condition.name else ''}" for x in test.scalars)
    which = test.which(rng)
    if rng.random() < 0.5:
        program = f"y[i] = sum[j in 0..i + 1 | {condition}](x[j])"
        nouns: tuple[str, ...] = (
            f"the running sum of {which}",
            f"the cumulative sum of {{x}} counting only elements that are {test.predicate(rng)}",
            f"at each index, the sum so far of {which}",
        )
        verbs = (
            f"accumulate {which} from left to right, writing the running sum at every index",
            f"sum, for every index, {which} up to and including it",
        )
        operations = (test.condition.name, "prefix sum")
        out = "T"
    else:
        program = f"y[i] = count[j in 0..i + 1]({condition})"
        nouns = (
            f"the running count of {which}",
            (
                f"at each index, the number so far of "
                f"{which.removeprefix('the ').removeprefix('all ').removeprefix('the ')}"
            ),
        )
        verbs = (
            f"keep a running count of {which} at every index",
            f"count, for every index, {which} up to and including it",
        )
        operations = (test.condition.name, "running count")
        out = "i32"
    return Operation(
        FAMILY,
        "conditional",
        f"{program} for T[n] x{arguments}, out {out}[n] y",
        nouns=nouns,
        verbs=verbs,
        types=INTEGERS if integers else FLOATS,
        implied=test.condition.needs == "integer",
        roles=roles(test.scalars),
        constants=constants(test.scalars, integers),
        operations=operations,
        function="running_if",
    )
