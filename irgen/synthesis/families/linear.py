"""Dense linear algebra: products, norms, rows and columns, triangular systems, batches."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.sentence import FLOATS, NUMERIC, Operation, compose
from passwright.irgen.synthesis.voice import Voice

FAMILY = "linear algebra"
SQUARE = {"A": ("square matrix", "matrix", "square matrix")}
BATCH = {
    "A": ("batch of matrices", "3D array"),
    "B": ("batch of matrices", "3D array"),
    "C": ("batch of matrices", "3D array"),
}
PLAIN = {"A": ("matrix",), "B": ("matrix",), "C": ("matrix",)}


def _op(name: str, program: str, **rest: object) -> Operation:
    rest.setdefault("types", FLOATS)
    return Operation(FAMILY, name, program, **rest)  # type: ignore[arg-type]


OPERATIONS: tuple[Operation, ...] = (
    _op(
        "matmul", "C[i, j] = sum[k](A[i, k] * B[k, j]) for T[n, m] A, T[m, p] B, out T[n, p] C", types=NUMERIC, kinds=PLAIN,
        nouns=("the <matrix |>product of {A,B}", "the matrix product {A} * {B}", "the product {A} {B}", "the result of multiplying {A} by {B} as matrices", "the matrix-matrix product of {A,B}", "{A} times {B} (matrix product)",
               "the product of {A,B} in row-major order", "the dense product of {A,B}"),
        verbs=("multiply {A} by {B}", "multiply {A,B}", "perform matrix multiplication of {A,B}", "do a matrix multiply of {A,B}", "form the matrix product of {A,B}", "multiply {A,B}, stored in row-major order", "carry out a dense matrix multiplication of {A} and {B}", "right-multiply {A} by {B}"),
        titles=("matrix multiplication", "matmul", "matrix multiply", "dense matrix-matrix multiplication", "naive matrix multiplication", "GEMM without alpha and beta", "matrix product"),
        formulas=("C = A * B", "C = A B", "C[i, j] = sum over k of A[i, k] * B[k, j]", "C = A @ B"), function="matmul",
    ),
    _op(
        "matmul accumulate", "C[i, j] += A[i, k] * B[k, j] for T[n, m] A, T[m, p] B, inout T[n, p] C", types=NUMERIC, kinds=PLAIN,
        verbs=("add the matrix product of {A,B} to {C}", "accumulate {!A} times {!B} into {C}", "multiply {A,B} and ^add the product to {C}", "update {C} by adding the product of {!A} and {!B}", "multiply {A} by {B} and ^accumulate into {C}"),
        titles=(), formulas=("C += A * B", "C[i, j] += A[i, k] * B[k, j]", "C = C + A * B", "C[i, j] += sum over k of A[i, k] * B[k, j]"), function="matmul_add",
    ),
    _op(
        "gemm", "C[i, j] = a * sum[k](A[i, k] * B[k, j]) + b * C[i, j] for T a, T[n, m] A, T[m, p] B, T b, inout T[n, p] C", kinds=PLAIN, constants={"a": ("2", "0.5"), "b": ("0.5", "2")},
        verbs=("perform GEMM: {!C} = {!a} * {!A} * {!B} + {!b} * {!C}", "scale the product of {A,B} by {!a} and ^add {!b} times {C}, storing the result in {!C}", "update {!C} to {!a} times the product of {!A} and {!B} plus {!b} times {!C}", "compute the general matrix multiply {!C} = {!a}*{!A}*{!B} + {!b}*{!C}"),
        formulas=("C = a * A * B + b * C", "C = a*A*B + b*C", "C := a*A*B + b*C", "C[i, j] = a * sum over k of A[i, k] * B[k, j] + b * C[i, j]"), titles=(), function="gemm",
    ),
    _op(
        "matmul transposed right", "C[i, j] = sum[k](A[i, k] * B[j, k]) for T[n, m] A, T[p, m] B, out T[n, p] C", kinds=PLAIN,
        nouns=("the product of {A} and the transpose of {B}", "the matrix product of {A} with {!B} transposed", "{A} times the transpose of {B}", "the dot products of all rows of {A} with all rows of {B}"),
        verbs=("multiply {A} by the transpose of {B}", "multiply {A} with {B} transposed", "take the dot product of every row of {A} with every row of {B}", "right-multiply {A} by the transpose of {B}"),
        titles=(), formulas=("C = A * B^T", "C = A * B'", "C[i, j] = sum over k of A[i, k] * B[j, k]", "C = A B^T"), function="matmul_nt",
    ),
    _op(
        "matmul transposed left", "C[i, j] = sum[k](A[k, i] * B[k, j]) for T[m, n] A, T[m, p] B, out T[n, p] C", kinds=PLAIN,
        nouns=("the product of the transpose of {A} and {B}", "the matrix product of {!A} transposed with {B}", "the transpose of {A} times {B}", "the dot products of all columns of {A} with all columns of {B}"),
        verbs=("multiply the transpose of {A} by {B}", "multiply {A} transposed by {B}", "take the dot product of every column of {A} with every column of {B}"), titles=(), formulas=("C = A^T * B", "C = A' * B", "C[i, j] = sum over k of A[k, i] * B[k, j]", "C = A^T B"), function="matmul_tn",
    ),
    _op(
        "matvec", "y[i] = sum[j](A[i, j] * x[j]) for T[n, m] A, T[m] x, out T[n] y", types=NUMERIC,
        nouns=("the matrix-vector product of {A} and {x}", "the product of {A} and {x}", "{A} times {x}", "the result of applying {A} to {x}", "the product {A} * {x}", "the dot product of each row of {A} with {x}"),
        verbs=("multiply {A} by {x}", "apply {A} to {x}", "multiply {A} with {x}", "take the dot product of every row of {A} with {x}", "perform a matrix-vector multiplication of {A} and {x}", "transform {x} by {A}"),
        titles=("matrix-vector product", "matrix-vector multiplication", "matvec", "dense matrix-vector multiply", "gemv without alpha and beta"), formulas=("y = A * x", "y = A x", "y[i] = sum over j of A[i, j] * x[j]", "y = A @ x"), function="matvec",
        kinds={"x": ("vector",), "y": ("vector",), "A": ("matrix",)},
    ),
    _op(
        "transposed matvec", "y[j] = sum[i](A[i, j] * x[i]) for T[n, m] A, T[n] x, out T[m] y", kinds={"x": ("vector",), "y": ("vector",), "A": ("matrix",)},
        nouns=("the product of the transpose of {A} and {x}", "the transpose of {A} times {x}", "the transposed matrix-vector product of {A} and {x}", "the dot product of each column of {A} with {x}", "the vector-matrix product of {x} and {A}", "{!x} as a row vector times {A}"),
        verbs=("multiply the transpose of {A} by {x}", "apply the transpose of {A} to {x}", "multiply {x}, taken as a row, by {A}", "take the dot product of every column of {A} with {x}", "left-multiply {A} by {x}"), titles=("transposed matrix-vector product",),
        formulas=("y = A^T * x", "y = A' * x", "y[j] = sum over i of A[i, j] * x[i]", "y = x^T A"), function="matvec_transposed",
    ),
    _op(
        "gemv", "y[i] = a * sum[j](A[i, j] * x[j]) + b * y[i] for T a, T[n, m] A, T[m] x, T b, inout T[n] y", constants={"a": ("2", "0.5"), "b": ("0.5", "2")},
        verbs=("perform GEMV: {!y} = {!a} * {!A} * {!x} + {!b} * {!y}", "update {!y} to {!a} times {!A} times {!x} plus {!b} times {!y}", "scale the product of {A} and {x} by {!a} and ^add {!b} times {y} in place"), formulas=("y = a * A * x + b * y", "y := a*A*x + b*y", "y = a*A*x + b*y"), titles=(), function="gemv",
    ),
    _op(
        "residual", "r[i] = b[i] - sum[j](A[i, j] * x[j]) for T[n, m] A, T[m] x, T[n] b, out T[n] r", kinds={"x": ("vector",), "b": ("vector",), "r": ("vector",), "A": ("matrix",)},
        verbs=("compute the residual {!r} = {!b} - {!A} * {!x}", "subtract {!A} times {!x} from {!b}", "subtract the product of {A} and {!x} from {!b}"), nouns=("the residual {!b} - {!A} {!x}", "the residual {!b} - {!A} * {!x} of the linear system"), formulas=("r = b - A * x", "r = b - A x", "r[i] = b[i] - sum over j of A[i, j] * x[j]"), titles=(), function="residual",
    ),
    _op(
        "matvec plus vector", "y[i] = sum[j](A[i, j] * x[j]) + z[i] for T[n, m] A, T[m] x, T[n] z, out T[n] y", kinds={"x": ("vector",), "z": ("vector", "bias vector"), "y": ("vector",), "A": ("matrix", "weight matrix")},
        verbs=("multiply {A} by {!x} and ^add {!z}", "compute {!A} times {!x} plus {!z}", "apply the affine map with matrix {!A} and offset {!z} to {!x}", "evaluate the linear layer with weights {!A} and bias {!z} on {!x}"), nouns=("{!A} times {!x} plus {!z}", "the affine transform {!A} * {!x} + {!z}", "the output of the linear layer with weights {!A}, bias {!z} and input {!x}"),
        formulas=("y = A * x + z", "y = A x + z", "y[i] = sum over j of A[i, j] * x[j] + z[i]"), titles=(), operations=("matvec", "add"), function="affine_layer",
    ),
    _op(
        "outer", "C[i, j] = x[i] * y[j] for T[n] x, T[m] y, out T[n, m] C", types=NUMERIC, kinds={"x": ("vector",), "y": ("vector",), "C": ("matrix",)},
        nouns=("the outer product of {x} and {y}", "the outer product of {x,y}", "the matrix of all products of an element of {x} with an element of {y}", "the tensor product of {x,y}", "the outer (dyadic) product of {x} and {y}"),
        verbs=("form the outer product of {x} and {y}", "multiply every element of {x} by every element of {y}", "multiply {x} as a column with {y} as a row"), titles=("outer product", "vector outer product"), formulas=("C[i, j] = x[i] * y[j]", "C = x * y^T", "C = x y^T"), function="outer_product",
    ),
    _op(
        "rank one update", "A[i, j] += a * x[i] * y[j] for T a, T[n] x, T[m] y, inout T[n, m] A", constants={"a": ("2", "0.5")}, kinds={"x": ("vector",), "y": ("vector",), "A": ("matrix",)},
        verbs=("perform the rank-1 update {!A} += {!a} * {!x} * {!y}^T", "add {!a} times the outer product of {x,y} to {A}", "update {!A} by {!a} times the outer product of {!x} and {!y}", "do a GER: add {!a} times {!x} times the transpose of {!y} to {!A}"), formulas=("A = A + a * x * y^T", "A += a * x * y^T", "A[i, j] += a * x[i] * y[j]"), titles=(), function="rank_one_update",
    ),
    _op(
        "transpose", "B[j, i] = A[i, j] for T[n, m] A, out T[m, n] B", types=NUMERIC,
        nouns=("the transpose of {A}", "{A} transposed", "a transposed copy of {A}", "{A} with rows and columns exchanged", "the matrix transpose of {A}", "{A} flipped over its main diagonal"),
        verbs=("transpose {A}", "exchange rows and columns of {A}", "swap the rows and columns of {A}", "flip {A} over its main diagonal", "write the transpose of {A} to {B}", "turn the rows of {A} into columns"), titles=("matrix transpose", "matrix transposition", "out-of-place transpose"), formulas=("B = A^T", "B[j, i] = A[i, j]", "B = A'"), function="transpose",
    ),
    _op(
        "transpose in place", "A[i, j] = A[j, i] for inout T[n, n] A", types=NUMERIC, kinds=SQUARE,
        verbs=("transpose {A} in place", "swap the rows and columns of {A} in place", "replace {A} by its transpose", "exchange rows and columns of {A} without a second matrix", "flip {A} over its main diagonal, in place"), titles=("in-place square matrix transpose",), formulas=(), function="transpose_in_place",
    ),
    _op(
        "trace", "s = sum[i](A[i, i]) for T[n, n] A, return T s", types=NUMERIC, kinds=SQUARE,
        nouns=("the trace of {A}", "the sum of the diagonal elements of {A}", "the sum of the main diagonal of {A}", "the total of the diagonal entries of {A}", "the matrix trace of {A}"), verbs=("sum the diagonal of {A}", "add up the diagonal elements of {A}", "sum the entries on the main diagonal of {A}"), titles=("matrix trace", "trace"), formulas=("s = sum of A[i, i]", "s = tr(A)"), function="trace",
    ),
    _op(
        "antidiagonal sum", "s = sum[i](A[i, n - 1 - i]) for T[n, n] A, return T s", types=NUMERIC, kinds=SQUARE, fixed=False,
        nouns=("the sum of the anti-diagonal of {A}", "the sum of the secondary diagonal of {A}", "the total of the anti-diagonal elements of {A}"), verbs=("add up the anti-diagonal elements of {A}", "sum the diagonal of {A} from upper right to lower left"), titles=("anti-diagonal sum",), function="antidiagonal_sum",
    ),
    _op(
        "diagonal", "y[i] = A[i, i] for T[n, n] A, out T[n] y", types=NUMERIC, kinds=SQUARE,
        nouns=("the diagonal of {A}", "the main diagonal of {A} as a vector", "the diagonal elements of {A}"), verbs=("extract the diagonal of {A}", "copy the main diagonal of {A} to {y}", "read out the diagonal entries of {A}", "get the diagonal elements of {A}", "collect the entries on the diagonal of {A}"), titles=("diagonal extraction",), formulas=("y[i] = A[i, i]",), function="diagonal",
    ),
    _op(
        "diagonal matrix", "A[i, j] = i == j ? x[i] : 0 for T[n] x, out T[n, n] A", types=NUMERIC,
        nouns=("the diagonal matrix with {x} on its diagonal", "the matrix with {x} on the diagonal and zeros elsewhere", "diag({x})"), verbs=("build a diagonal matrix from {x}", "put {x} on the diagonal of a matrix that is zero elsewhere", "create the square matrix with diagonal {x} and zeros off the diagonal"), titles=(), function="diagonal_matrix",
    ),
    _op(
        "identity", "A[i, j] = i == j ? 1 : 0 for out T[n, n] A", types=NUMERIC, kinds=SQUARE, fixed=False,
        verbs=("fill {A} with the identity matrix", "set {A} to the identity", "initialise {A} as an identity matrix", "write the identity matrix to {A}", "make {A} the identity: ones on the diagonal, zeros elsewhere"), formulas=("A = I", "A[i, j] = i == j ? 1 : 0"), function="identity",
    ),
    _op(
        "add matrices", "C[i, j] = A[i, j] + B[i, j] for T[n, m] A, T[n, m] B, out T[n, m] C", types=NUMERIC, in_place=True,
        nouns=("the sum of {A,B}", "the matrix sum {A} + {B}", "the elementwise sum of {A,B}", "{A} plus {B}", "the entrywise sum of {A,B}"), verbs=("add {A,B}", "add {B} to {A}", "add {A} and {B} entry by entry", "sum {A,B} elementwise"), titles=("matrix addition", "matrix sum of two matrices"), formulas=("C = A + B", "C[i, j] = A[i, j] + B[i, j]"), function="matrix_add",
    ),
    _op(
        "subtract matrices", "C[i, j] = A[i, j] - B[i, j] for T[n, m] A, T[n, m] B, out T[n, m] C", types=NUMERIC, in_place=True,
        nouns=("the difference {A} - {B}", "the matrix difference {A} - {B}", "{A} minus {B}", "the entrywise difference of {A} and {B}"), verbs=("subtract {B} from {A}", "subtract {B} from {A} entry by entry", "take the difference {A} - {B} of the matrices"), titles=("matrix subtraction",), formulas=("C = A - B", "C[i, j] = A[i, j] - B[i, j]"), function="matrix_subtract",
    ),
    _op(
        "hadamard", "C[i, j] = A[i, j] * B[i, j] for T[n, m] A, T[n, m] B, out T[n, m] C", types=NUMERIC, in_place=True,
        nouns=("the Hadamard product of {A,B}", "the elementwise product of {A,B}", "the entrywise product of {A,B}", "the pointwise product of {A,B}"), verbs=("multiply {A,B} elementwise", "multiply corresponding entries of {A,B}", "take the Hadamard product of {A,B}", "multiply {A} by {B} entry by entry"), titles=("matrix Hadamard product", "elementwise matrix multiplication"), formulas=("C[i, j] = A[i, j] * B[i, j]", "C = A .* B"), function="hadamard",
    ),
    _op(
        "scale matrix", "B[i, j] = a * A[i, j] for T a, T[n, m] A, out T[n, m] B", types=NUMERIC, in_place=True, constants={"a": ("2", "0.5", "3", "10")}, roles={"a": "scalar"},
        nouns=("{A} multiplied by {a}", "{a} times {A}", "the product of {a} and {A}", "{A} scaled by {a}"), verbs=("scale {A} by {a}", "multiply {A} by {a}", "multiply every entry of {A} by {a}", "multiply all entries of {A} with {a}"), titles=("scalar times matrix",), formulas=("B = a * A", "B[i, j] = a * A[i, j]"), function="matrix_scale",
    ),
    _op(
        "row sums", "y[i] = sum[j](A[i, j]) for T[n, m] A, out T[n] y", types=NUMERIC,
        nouns=("the sum of each row of {A}", "the row sums of {A}", "the sums of the rows of {A}", "the row totals of {A}", "the sum over the columns for every row of {A}"), verbs=("sum each row of {A}", "add up the entries of every row of {A}", "sum {A} along its rows", "sum every row of {A} into {y}", "total each row of {A}", "reduce every row of {A} to its sum"), titles=("row sums", "row-wise sum"), formulas=("y[i] = sum over j of A[i, j]",), function="row_sums",
    ),
    _op(
        "column sums", "y[j] = sum[i](A[i, j]) for T[n, m] A, out T[m] y", types=NUMERIC,
        nouns=("the sum of each column of {A}", "the column sums of {A}", "the sums of the columns of {A}", "the column totals of {A}", "the sum over the rows for every column of {A}"), verbs=("sum each column of {A}", "add up the entries of every column of {A}", "sum every column of {A} into {y}", "total each column of {A}", "reduce every column of {A} to its sum"), titles=("column sums", "column-wise sum"), formulas=("y[j] = sum over i of A[i, j]",), function="column_sums",
    ),
    _op(
        "row means", "y[i] = sum[j](A[i, j]) / m for T[n, m] A, out T[n] y",
        nouns=("the mean of each row of {A}", "the row means of {A}", "the average of every row of {A}", "the row averages of {A}", "the mean value of the entries of each row of {A}"), verbs=("average each row of {A}", "take the mean of every row of {A}", "average {A} row by row"), titles=("row means", "row-wise mean"), function="row_means",
    ),
    _op(
        "column means", "y[j] = sum[i](A[i, j]) / n for T[n, m] A, out T[m] y",
        nouns=("the mean of each column of {A}", "the column means of {A}", "the average of every column of {A}", "the column averages of {A}", "the mean value of the entries of each column of {A}"), verbs=("average each column of {A}", "take the mean of every column of {A}", "average {A} column by column"), titles=("column means", "column-wise mean"), function="column_means",
    ),
    _op(
        "row maxima", "y[i] = max[j](A[i, j]) for T[n, m] A, out T[n] y", types=NUMERIC,
        nouns=("the maximum of each row of {A}", "the row maxima of {A}", "the largest element of every row of {A}", "the greatest entry in each row of {A}", "the row-wise maximum of {A}"), verbs=("find the maximum of each row of {A}", "find the largest entry of every row of {A}", "take the maximum of {A} row by row"), titles=("row maxima", "row-wise maximum"), formulas=("y[i] = max over j of A[i, j]",), function="row_max",
    ),
    _op(
        "row minima", "y[i] = min[j](A[i, j]) for T[n, m] A, out T[n] y", types=NUMERIC,
        nouns=("the minimum of each row of {A}", "the row minima of {A}", "the smallest element of every row of {A}", "the least entry in each row of {A}", "the row-wise minimum of {A}"), verbs=("find the minimum of each row of {A}", "find the smallest entry of every row of {A}", "take the minimum of {A} row by row"), titles=("row minima", "row-wise minimum"), function="row_min",
    ),
    _op(
        "column maxima", "y[j] = max[i](A[i, j]) for T[n, m] A, out T[m] y", types=NUMERIC,
        nouns=("the maximum of each column of {A}", "the column maxima of {A}", "the largest element of every column of {A}", "the greatest entry in each column of {A}", "the column-wise maximum of {A}"), verbs=("find the maximum of each column of {A}", "find the largest entry of every column of {A}", "take the maximum of {A} column by column"), titles=("column maxima", "column-wise maximum"), function="column_max",
    ),
    _op(
        "column minima", "y[j] = min[i](A[i, j]) for T[n, m] A, out T[m] y", types=NUMERIC,
        nouns=("the minimum of each column of {A}", "the column minima of {A}", "the smallest element of every column of {A}", "the least entry in each column of {A}", "the column-wise minimum of {A}"), verbs=("find the minimum of each column of {A}", "find the smallest entry of every column of {A}"), titles=("column minima", "column-wise minimum"), function="column_min",
    ),
    _op(
        "row argmax", "y[i] = argmax[j](A[i, j]) for T[n, m] A, out i32[n] y",
        nouns=("the column index of the largest element in each row of {A}", "the argmax of each row of {A}", "the position of the maximum in every row of {A}", "the row-wise argmax of {A}"), verbs=("find the index of the largest entry in each row of {A}", "take the argmax of every row of {A}", "locate the maximum of each row of {A}"), titles=("row-wise argmax",), function="row_argmax",
    ),
    _op(
        "row norms", "y[i] = sqrt(sum[j](A[i, j] * A[i, j])) for T[n, m] A, out T[n] y",
        nouns=("the Euclidean norm of each row of {A}", "the L2 norms of the rows of {A}", "the length of every row vector of {A}", "the row norms of {A}", "the square root of the sum of squares of each row of {A}"), verbs=("take the Euclidean norm of each row of {A}", "compute the L2 norm of every row of {A}"), titles=("row norms",), function="row_norms",
    ),
    _op(
        "column norms", "y[j] = sqrt(sum[i](A[i, j] * A[i, j])) for T[n, m] A, out T[m] y",
        nouns=("the Euclidean norm of each column of {A}", "the L2 norms of the columns of {A}", "the length of every column vector of {A}", "the column norms of {A}"), verbs=("take the Euclidean norm of each column of {A}", "compute the L2 norm of every column of {A}"), titles=("column norms",), function="column_norms",
    ),
    _op(
        "frobenius", "s = sqrt(sum[i, j](A[i, j] * A[i, j])) for T[n, m] A, return T s",
        nouns=("the Frobenius norm of {A}", "the square root of the sum of the squares of all entries of {A}", "the Frobenius matrix norm of {A}", "the Euclidean norm of {A} taken as one long vector"), verbs=("take the square root of the sum of squared entries of {A}", "sum the squares of all entries of {A} and ^take the square root"), titles=("Frobenius norm",), formulas=("s = sqrt(sum over i, j of A[i, j]^2)", "s = ||A||_F"), function="frobenius_norm",
    ),
    _op(
        "one norm", "s = max[j](sum[i](abs(A[i, j]))) for T[n, m] A, return T s",
        nouns=("the matrix 1-norm of {A} (largest absolute column sum)", "the maximum absolute column sum of {A}", "the largest column sum of absolute values of {A}"), verbs=("find the largest absolute column sum of {A}",), titles=("matrix 1-norm",), function="one_norm",
    ),
    _op(
        "infinity norm", "s = max[i](sum[j](abs(A[i, j]))) for T[n, m] A, return T s",
        nouns=("the matrix infinity norm of {A} (largest absolute row sum)", "the maximum absolute row sum of {A}", "the largest row sum of absolute values of {A}"), verbs=("find the largest absolute row sum of {A}",), titles=("matrix infinity norm",), function="infinity_norm",
    ),
    _op(
        "frobenius product", "s = sum[i, j](A[i, j] * B[i, j]) for T[n, m] A, T[n, m] B, return T s", types=NUMERIC,
        nouns=("the Frobenius inner product of {A,B}", "the sum of the products of corresponding entries of {A,B}", "the sum of the elementwise product of {A,B}"), verbs=("multiply {A,B} elementwise and ^sum all products", "sum the products of corresponding entries of {A,B}"), titles=("Frobenius inner product",), formulas=("s = sum over i, j of A[i, j] * B[i, j]",), function="frobenius_product",
    ),
    _op(
        "gram", "C[i, j] = sum[k](A[k, i] * A[k, j]) for T[n, m] A, out T[m, m] C",
        nouns=("the Gram matrix of the columns of {A}", "the product of the transpose of {A} with {A}", "the matrix of dot products between all pairs of columns of {A}", "the Gram matrix {A}^T {A}"), verbs=("multiply the transpose of {A} by {A} itself", "take the dot product of every pair of columns of {A}", "form the Gram matrix of the columns of {A}"), titles=(), formulas=("C = A^T * A", "C = A^T A", "C = A' * A"), function="gram",
    ),
    _op(
        "gram rows", "C[i, j] = sum[k](A[i, k] * A[j, k]) for T[n, m] A, out T[n, n] C",
        nouns=("the Gram matrix of the rows of {A}", "the product of {A} with its transpose", "the matrix of dot products between all pairs of rows of {A}", "{A} times its own transpose"), verbs=("multiply {A} by its transpose", "take the dot product of every pair of rows of {A}", "form the Gram matrix of the rows of {A}"), titles=(), formulas=("C = A * A^T", "C = A A^T", "C = A * A'"), function="gram_rows",
    ),
    _op(
        "quadratic form", "s = sum[i, j](x[i] * A[i, j] * x[j]) for T[n, n] A, T[n] x, return T s", kinds={"A": ("square matrix", "matrix"), "x": ("vector",)},
        nouns=("the quadratic form of {A} and {x}", "the quadratic form {!x}^T {!A} {!x}", "the value of {!x} transposed times {!A} times {!x}", "the quadratic form defined by {A} at {x}"), verbs=("evaluate the quadratic form of {A} at {x}", "evaluate {!x}^T * {!A} * {!x}"), titles=("quadratic form",), formulas=("s = x^T A x", "s = x^T * A * x", "s = x' * A * x"), function="quadratic_form",
    ),
    _op(
        "bilinear form", "s = sum[i, j](x[i] * A[i, j] * y[j]) for T[n, m] A, T[n] x, T[m] y, return T s", kinds={"A": ("matrix",), "x": ("vector",), "y": ("vector",)},
        nouns=("the bilinear form {!x}^T {!A} {!y}", "the value of {!x} transposed times {!A} times {!y}"), verbs=("evaluate the bilinear form {!x}^T * {!A} * {!y}",), formulas=("s = x^T A y", "s = x^T * A * y"), titles=(), function="bilinear_form",
    ),
    _op(
        "scale rows", "B[i, j] = x[i] * A[i, j] for T[n, m] A, T[n] x, out T[n, m] B", in_place=True,
        nouns=("{A} with row i multiplied by element i of {x}", "the product of diag({x}) and {A}", "{A} with its rows scaled by {x}"), verbs=("scale each row of {A} by the corresponding element of {x}", "multiply row i of {A} by the i-th element of {x}", "multiply every row of {A} by its factor in {x}"), formulas=("B[i, j] = x[i] * A[i, j]",), function="scale_rows",
    ),
    _op(
        "scale columns", "B[i, j] = A[i, j] * x[j] for T[n, m] A, T[m] x, out T[n, m] B", in_place=True,
        nouns=("{A} with column j multiplied by element j of {x}", "the product of {A} and diag({x})", "{A} with its columns scaled by {x}"), verbs=("scale each column of {A} by the corresponding element of {x}", "multiply column j of {A} by the j-th element of {x}", "multiply every column of {A} by its factor in {x}"), formulas=("B[i, j] = A[i, j] * x[j]",), function="scale_columns",
    ),
    _op(
        "add row vector", "B[i, j] = A[i, j] + x[j] for T[n, m] A, T[m] x, out T[n, m] B", types=NUMERIC, in_place=True, kinds={"x": ("vector", "bias vector", "row vector")},
        nouns=("{A} with {x} added to each row", "the broadcast sum of {A} and the row {x}"), verbs=("add {x} to each row of {A}", "add {x} to every row of {A}", "broadcast {x} over the rows of {A} and ^add", "add element j of {x} to column j of {A}"), formulas=("B[i, j] = A[i, j] + x[j]",), titles=("bias addition to matrix rows",), function="add_bias",
    ),
    _op(
        "add column vector", "B[i, j] = A[i, j] + x[i] for T[n, m] A, T[n] x, out T[n, m] B", types=NUMERIC, in_place=True,
        nouns=("{A} with {x} added to each column", "the broadcast sum of {A} and the column {x}"), verbs=("add {x} to each column of {A}", "add {x} to every column of {A}", "broadcast {x} over the columns of {A} and ^add", "add element i of {x} to row i of {A}"), formulas=("B[i, j] = A[i, j] + x[i]",), function="add_column",
    ),
    _op(
        "normalise rows", "t0[i] = sum[j](A[i, j]); B[i, j] = A[i, j] / t0[i] for T[n, m] A, out T[n, m] B",
        nouns=("{A} with each row divided by its sum", "the row-normalised {A}, each row summing to one", "the rows of {A} normalised to sum to one"), verbs=("normalise each row of {A} to sum to one", "divide every row of {A} by its sum", "normalize the rows of {A} by their sums", "make {A} row-stochastic by dividing each row by its sum"), titles=("row normalisation by sums",), operations=("row sums", "divide"), function="normalize_rows",
    ),
    _op(
        "normalise columns", "t0[j] = sum[i](A[i, j]); B[i, j] = A[i, j] / t0[j] for T[n, m] A, out T[n, m] B",
        nouns=("{A} with each column divided by its sum", "the column-normalised {A}, each column summing to one"), verbs=("normalise each column of {A} to sum to one", "divide every column of {A} by its sum", "normalize the columns of {A} by their sums"), titles=(), operations=("column sums", "divide"), function="normalize_columns",
    ),
    _op(
        "unit rows", "t0[i] = sqrt(sum[j](A[i, j] * A[i, j])); B[i, j] = A[i, j] / t0[i] for T[n, m] A, out T[n, m] B",
        nouns=("{A} with each row scaled to unit Euclidean length", "the rows of {A} divided by their L2 norms"), verbs=("normalise each row of {A} to unit length", "divide every row of {A} by its Euclidean norm", "L2-normalise the rows of {A}", "scale each row of {A} to have norm one"), titles=("L2 row normalisation",), operations=("row norms", "divide"), function="unit_rows",
    ),
    _op(
        "centre columns", "t0[j] = sum[i](A[i, j]) / n; B[i, j] = A[i, j] - t0[j] for T[n, m] A, out T[n, m] B",
        nouns=("{A} with the mean of each column subtracted", "the column-centred {A}", "{A} with each column shifted to zero mean"), verbs=("subtract the mean of each column of {A} from that column", "centre the columns of {A}", "center each column of {A} around zero", "remove the column means from {A}"), titles=("column centering",), operations=("column means", "subtract"), function="center_columns",
    ),
    _op(
        "centre rows", "t0[i] = sum[j](A[i, j]) / m; B[i, j] = A[i, j] - t0[i] for T[n, m] A, out T[n, m] B",
        nouns=("{A} with the mean of each row subtracted", "the row-centred {A}"), verbs=("subtract the mean of each row of {A} from that row", "centre the rows of {A}", "remove the row means from {A}"), titles=(), operations=("row means", "subtract"), function="center_rows",
    ),
    _op(
        "row softmax", "t0[i] = max[j](A[i, j]); t1[i] = sum[j](exp(A[i, j] - t0[i])); B[i, j] = exp(A[i, j] - t0[i]) / t1[i] for T[n, m] A, out T[n, m] B",
        nouns=("the softmax of each row of {A}", "the row-wise softmax of {A}", "the numerically stable softmax over the rows of {A}", "the softmax along the rows of {A}"), verbs=("apply softmax to each row of {A}", "apply a row-wise softmax to {A}", "turn every row of {A} into probabilities with softmax"), titles=("row-wise softmax", "batched softmax over rows"), function="row_softmax",
    ),
    _op(
        "symmetric part", "B[i, j] = (A[i, j] + A[j, i]) / 2 for T[n, n] A, out T[n, n] B", kinds=SQUARE,
        nouns=("the symmetric part of {A}", "the average of {A} and its transpose", "half the sum of {A} and its transpose"), verbs=("symmetrise {A} by averaging it with its transpose", "average {A} with its transpose", "symmetrize {A}"), titles=(), formulas=("B = (A + A^T) / 2",), function="symmetrize",
    ),
    _op(
        "is symmetric", "s = all[i, j](A[i, j] == A[j, i]) for T[n, n] A, return bool s", types=NUMERIC, kinds=SQUARE,
        verbs=("check whether {A} is symmetric", "test if {A} equals its transpose", "determine whether {A} is symmetric", "decide if {A} is equal to its transpose"), nouns=("true if {A} is symmetric and false otherwise", "whether {A} is symmetric"), sentences=("Is {A} symmetric?",), titles=("symmetry check",), function="is_symmetric",
    ),
    _op(
        "upper triangle", "B[i, j] = i <= j ? A[i, j] : 0 for T[n, n] A, out T[n, n] B", types=NUMERIC, kinds=SQUARE,
        nouns=("the upper triangular part of {A}, zeros elsewhere", "the upper triangle of {A} including the diagonal, with zeros below"), verbs=("set the entries of {A} below the diagonal to zero", "zero the strictly lower triangle of {A}", "keep the upper triangle of {A} and ^zero the rest"), titles=("triu",), function="upper_triangle",
    ),
    _op(
        "lower triangle", "B[i, j] = i >= j ? A[i, j] : 0 for T[n, n] A, out T[n, n] B", types=NUMERIC, kinds=SQUARE,
        nouns=("the lower triangular part of {A}, zeros elsewhere", "the lower triangle of {A} including the diagonal, with zeros above"), verbs=("set the entries of {A} above the diagonal to zero", "zero the strictly upper triangle of {A}", "keep the lower triangle of {A} and ^zero the rest"), titles=("tril",), function="lower_triangle",
    ),
    _op(
        "forward substitution", "seq x[i] = (b[i] - sum[j in 0..i](L[i, j] * x[j])) / L[i, i] for T[n, n] L, T[n] b, out T[n] x", kinds={"L": ("lower triangular matrix",), "b": ("vector", "right-hand side"), "x": ("vector",)},
        verbs=("solve {!L} {!x} = {!b} for {!x} by forward substitution, {!L} being lower triangular", "solve the lower triangular system with {L} and {!b}", "perform forward substitution with {L} and {b}", "solve the linear system with {L} and right-hand side {!b} by forward substitution"), nouns=("the solution {!x} of {!L} {!x} = {!b}, where {!L} is lower triangular",), titles=("forward substitution", "lower triangular solve"), function="forward_substitution",
    ),
    _op(
        "unit forward substitution", "seq x[i] = b[i] - sum[j in 0..i](L[i, j] * x[j]) for T[n, n] L, T[n] b, out T[n] x", kinds={"L": ("unit lower triangular matrix",), "b": ("vector", "right-hand side"), "x": ("vector",)},
        verbs=("solve {!L} {!x} = {!b} for {!x} by forward substitution, {!L} being unit lower triangular", "solve the unit lower triangular system {!L} {!x} = {!b} (ones on the diagonal)", "perform forward substitution with {L} and {b}"), titles=("unit lower triangular solve",), function="unit_forward_substitution",
    ),
    _op(
        "back substitution", "seq down x[i] = (b[i] - sum[j in i + 1..n](U[i, j] * x[j])) / U[i, i] for T[n, n] U, T[n] b, out T[n] x", kinds={"U": ("upper triangular matrix",), "b": ("vector", "right-hand side"), "x": ("vector",)}, fixed=False,
        verbs=("solve {!U} {!x} = {!b} for {!x} by back substitution, {!U} being upper triangular", "solve the upper triangular system with {U} and {!b}", "perform <back|backward> substitution with {U} and {b}", "solve the linear system with {U} and right-hand side {!b} by back substitution"), nouns=("the solution {!x} of {!U} {!x} = {!b}, where {!U} is upper triangular",), titles=("back substitution", "backward substitution", "upper triangular solve"), function="back_substitution",
    ),
    _op(
        "kronecker", "C[i * p + k, j * q + l] = A[i, j] * B[k, l] over i in 0..n, j in 0..m, k in 0..p, l in 0..q for T[n, m] A, T[p, q] B, out T[n * p, m * q] C", fixed=False, kinds=PLAIN,
        nouns=("the Kronecker product of {A,B}", "the Kronecker product {A} ⊗ {B}"), verbs=("form the Kronecker product of {A,B}", "take the Kronecker product of {A} and {B}"), titles=("Kronecker product",), function="kronecker",
    ),
    _op(
        "power iteration", "t0[i] = sum[j](A[i, j] * x[j]); t1 = sqrt(sum[i](t0[i] * t0[i])); y[i] = t0[i] / t1 for T[n, n] A, T[n] x, out T[n] y", kinds={"A": ("square matrix", "matrix"), "x": ("vector",), "y": ("vector",)}, operations=("matvec", "norm", "divide"),
        nouns=("one power iteration step of {A} on {x}", "{A} times {x}, normalised to unit length", "the product of {A} and {x} divided by its Euclidean norm"), verbs=("do one power iteration step with {A} and {x}", "multiply {A} by {x} and ^normalise the result to unit length", "apply {A} to {x} and ^divide by the Euclidean norm of the result"), titles=("power iteration step",), function="power_step",
    ),
    _op(
        "rayleigh quotient", "s = sum[i, j](x[i] * A[i, j] * x[j]) / sum[i](x[i] * x[i]) for T[n, n] A, T[n] x, return T s", kinds={"A": ("square matrix", "matrix"), "x": ("vector",)},
        nouns=("the Rayleigh quotient of {A} and {x}", "the Rayleigh quotient {!x}^T {!A} {!x} / {!x}^T {!x}"), verbs=("evaluate the Rayleigh quotient of {A} at {x}",), titles=("Rayleigh quotient",), function="rayleigh_quotient",
    ),
    _op(
        "jacobi solver step", "y[i] = (b[i] - sum[j | j != i](A[i, j] * x[j])) / A[i, i] for T[n, n] A, T[n] b, T[n] x, out T[n] y", kinds={"A": ("square matrix", "matrix"), "x": ("vector", "current guess"), "b": ("vector", "right-hand side"), "y": ("vector",)},
        verbs=("do one Jacobi iteration for the system {!A} {!x} = {!b} starting from the guess {!x}", "perform one step of the Jacobi method for {!A} {!x} = {!b}, writing the new iterate to {y}"), nouns=("the next Jacobi iterate for {!A} {!x} = {!b} from {!x}",), titles=(), function="jacobi_step",
    ),
    _op(
        "batched matmul", "C[i, j, k] = sum[l](A[i, j, l] * B[i, l, k]) for T[b, n, m] A, T[b, m, p] B, out T[b, n, p] C", kinds=BATCH, fixed=False,
        nouns=("the batched matrix product of {A,B}", "the matrix product of each pair of matrices in {A,B}", "the products of corresponding matrices in {A} and {B}"), verbs=("multiply corresponding matrices of {A} and {B}", "perform batched matrix multiplication of {A,B}", "multiply each matrix in {A} by the matrix with the same index in {B}"), titles=("batched matrix multiplication", "batched matmul", "batched GEMM"), function="batched_matmul",
    ),
    _op(
        "batched matvec", "y[i, j] = sum[k](A[i, j, k] * x[i, k]) for T[b, n, m] A, T[b, m] x, out T[b, n] y", kinds={"A": ("batch of matrices",), "x": ("batch of vectors",), "y": ("batch of vectors",)}, fixed=False,
        nouns=("the batched matrix-vector product of {A} and {x}", "for each batch entry the product of the matrix in {A} and the vector in {x}"), verbs=("multiply each matrix in {A} by the corresponding vector in {x}", "perform batched matrix-vector multiplication of {A} and {x}"), titles=("batched matrix-vector product",), function="batched_matvec",
    ),
    _op(
        "pairwise distances", "C[i, j] = sqrt(sum[k]((A[i, k] - B[j, k]) * (A[i, k] - B[j, k]))) for T[n, m] A, T[p, m] B, out T[n, p] C", kinds={"A": ("matrix", "set of points", "matrix of points"), "B": ("matrix", "set of points", "matrix of points"), "C": ("matrix",)},
        nouns=("the Euclidean distances between all rows of {A} and all rows of {B}", "the pairwise Euclidean distances of the points (rows) in {A} and {B}", "the distance matrix between the rows of {A} and the rows of {B}"), verbs=("measure the Euclidean distance from every row of {A} to every row of {B}",), titles=(), function="pairwise_distances",
    ),
    _op(
        "squared pairwise distances", "C[i, j] = sum[k]((A[i, k] - A[j, k]) * (A[i, k] - A[j, k])) for T[n, m] A, out T[n, n] C", kinds={"A": ("matrix", "set of points", "matrix of points"), "C": ("matrix",)},
        nouns=("the squared Euclidean distances between all pairs of rows of {A}", "the matrix of squared distances between the points (rows) of {A}"), verbs=("compute the squared distance of every pair of rows of {A}",), titles=(), function="squared_distances",
    ),
    _op(
        "row dot products", "y[i] = sum[j](A[i, j] * B[i, j]) for T[n, m] A, T[n, m] B, out T[n] y",
        nouns=("the dot product of each row of {A} with the same row of {B}", "the row-wise dot products of {A,B}"), verbs=("dot each row of {A} with the corresponding row of {B}", "take the dot product of corresponding rows of {A} and {B}"), titles=("row-wise dot products",), function="row_dots",
    ),
    _op(
        "covariance matrix", "t0[j] = sum[i](A[i, j]) / n; C[j, k] = sum[i]((A[i, j] - t0[j]) * (A[i, k] - t0[k])) / (n - 1) for T[n, m] A, out T[m, m] C", fixed=False, kinds={"A": ("data matrix", "matrix"), "C": ("matrix",)},
        nouns=("the sample covariance matrix of the columns of {A}", "the covariance matrix of {A} with one observation per row, dividing by n - 1"), verbs=("compute the sample covariance of every pair of columns of {A}",), titles=("sample covariance matrix",), function="covariance_matrix",
    ),
    _op(
        "cross", "y[0] = a[1] * b[2] - a[2] * b[1]; y[1] = a[2] * b[0] - a[0] * b[2]; y[2] = a[0] * b[1] - a[1] * b[0] for T[3] a, T[3] b, out T[3] y", kinds={"a": ("3-vector", "vector of three elements"), "b": ("3-vector", "vector of three elements"), "y": ("vector",)}, fixed=False,
        nouns=("the cross product of {a,b}", "the vector product of {a,b}"), verbs=("take the cross product of {a,b}",), titles=("cross product of two 3-vectors",), function="cross_product",
    ),
    _op(
        "determinant 2", "s = A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0] for T[2, 2] A, return T s", kinds={"A": ("2x2 matrix", "2 by 2 matrix")}, fixed=False, types=NUMERIC,
        nouns=("the determinant of {A}",), verbs=("compute the determinant of {A}", "find the determinant of {A}"), titles=("determinant of a 2x2 matrix",), function="det2",
    ),
    _op(
        "determinant 3", "s = A[0, 0] * (A[1, 1] * A[2, 2] - A[1, 2] * A[2, 1]) - A[0, 1] * (A[1, 0] * A[2, 2] - A[1, 2] * A[2, 0]) + A[0, 2] * (A[1, 0] * A[2, 1] - A[1, 1] * A[2, 0]) for T[3, 3] A, return T s", kinds={"A": ("3x3 matrix", "3 by 3 matrix")}, fixed=False, types=NUMERIC,
        nouns=("the determinant of {A}",), verbs=("compute the determinant of {A}", "find the determinant of {A}"), titles=("determinant of a 3x3 matrix",), function="det3",
    ),
    _op(
        "copy matrix", "B[i, j] = A[i, j] for T[n, m] A, out T[n, m] B", types=NUMERIC,
        verbs=("copy {A} to {B}", "copy {A} into {B}", "make a copy of {A}", "duplicate {A}"), titles=("matrix copy",), formulas=("B = A", "B[i, j] = A[i, j]"), function="copy_matrix",
    ),
    _op(
        "flip rows", "B[i, j] = A[n - 1 - i, j] for T[n, m] A, out T[n, m] B", types=NUMERIC, fixed=False, kinds={"A": ("image", "matrix", "2D array"), "B": ("image", "matrix")},
        nouns=("{A} with the order of its rows reversed", "{A} flipped vertically", "{A} upside down"), verbs=("flip {A} vertically", "reverse the order of the rows of {A}", "turn {A} upside down"), titles=("vertical flip",), function="flip_vertical",
    ),
    _op(
        "flip columns", "B[i, j] = A[i, m - 1 - j] for T[n, m] A, out T[n, m] B", types=NUMERIC, fixed=False, kinds={"A": ("image", "matrix", "2D array"), "B": ("image", "matrix")},
        nouns=("{A} with the order of its columns reversed", "{A} flipped horizontally", "{A} mirrored left to right"), verbs=("flip {A} horizontally", "reverse every row of {A}", "mirror {A} left to right"), titles=("horizontal flip",), function="flip_horizontal",
    ),
    _op(
        "rotate matrix", "B[j, n - 1 - i] = A[i, j] over i in 0..n, j in 0..m for T[n, m] A, out T[m, n] B", types=NUMERIC, fixed=False, kinds={"A": ("image", "matrix", "2D array"), "B": ("image", "matrix")},
        nouns=("{A} rotated by 90 degrees clockwise", "the clockwise quarter-turn rotation of {A}"), verbs=("rotate {A} by 90 degrees clockwise", "turn {A} by a quarter clockwise"), titles=("90 degree clockwise rotation",), function="rotate90",
    ),
)  # fmt: skip


def draw(rng: random.Random, voice: Voice) -> Draft:
    """The products more often than the rest."""
    count = len(OPERATIONS)
    at = int(rng.random() ** 1.25 * count)
    return compose(voice, OPERATIONS[at])
