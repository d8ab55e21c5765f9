"""Sparse data: CSR and COO matrices, sparse vectors, gather and scatter."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "sparse"

_CSR = """r: +row pointers | +row offsets | array of row pointers
c: +column indices | array of column indices
v: +values | +nonzero values | array of nonzero values
"""

OPERATIONS = read(
    """
@ csr_matvec: spmv, csr_spmv, sparse_matvec
= y[i] = sum[p in r[i]..r[i + 1]](v[p] * x[c[p]]) for i32[n + 1] r offsets nnz, i32[nnz] c in 0..m, FLT[nnz] v, FLT[m] x, out FLT[n] y, size n, size m, size nnz
CSR
x: vector | dense vector
V multiply a sparse matrix in CSR format by {x!}
V multiply a CSR matrix by a vector
V multiply the CSR matrix with {r}, {c} and {v} by {x}
N the product of a CSR matrix and a vector
N the sparse matrix-vector product in CSR format: {r}, {c}, {v}, times {x}
N the sparse matrix-vector product {y!} = A {x!}, A being stored as CSR
V compute SpMV for a matrix in CSR form
V apply a compressed sparse row matrix to a dense vector
S CSR SpMV: {r}, {c}, {v} and {x}.
S Sparse matrix times vector, CSR.

@ csr_matvec_add: spmv_add
= y[i] += sum[p in r[i]..r[i + 1]](v[p] * x[c[p]]) for i32[n + 1] r offsets nnz, i32[nnz] c in 0..m, FLT[nnz] v, FLT[m] x, inout FLT[n] y, size n, size m, size nnz
CSR
V add the product of the CSR matrix ({r}, {c}, {v}) and the vector {x!} to the vector {y!}
V compute {y!} += A {x!} for a sparse matrix A in CSR format given by {r}, {c} and {v}
V accumulate a CSR matrix-vector product into {y!}, the matrix being {r}, {c}, {v} and the vector {x!}
V update {y!} by adding the CSR matrix with {r}, {c} and {v} times {x!}
V do {y!} = {y!} + A {x!} with A in compressed sparse rows: {r}, {c}, {v}

@ csr_row_sums: sparse_row_sums
= y[i] = sum[p in r[i]..r[i + 1]](v[p]) for i32[n + 1] r offsets nnz, FLT[nnz] v, out FLT[n] y, size n, size nnz
CSR
N the row sums of a CSR matrix
N the sum of each row of the CSR matrix with {r} and {v}
V sum the rows of a sparse matrix in CSR format
V add up the nonzero values of each row of a CSR matrix given {r} and {v}
V compute the sum of every row of a compressed sparse row matrix

@ csr_row_nnz: row_lengths, row_counts
= y[i] = r[i + 1] - r[i] for i32[n + 1] r offsets nnz, out i32[n] y, size n, size nnz
CSR
N the number of nonzeros in each row of a CSR matrix
N the row lengths of a CSR matrix, given {r}
V count the nonzeros of every row of a CSR matrix from {r}
V compute the number of stored entries of each row of a CSR matrix
V take the differences of {r} to get the nonzeros per row

@ csr_diagonal: extract_diagonal, sparse_diagonal
= y[i] = sum[p in r[i]..r[i + 1] | c[p] == i](v[p]) for i32[n + 1] r offsets nnz, i32[nnz] c in 0..n, FLT[nnz] v, out FLT[n] y, size n, size nnz
CSR
N the diagonal of a square CSR matrix
V extract the diagonal of a sparse matrix in CSR format
V extract the diagonal from the square CSR matrix with {r}, {c} and {v}
N the diagonal entries of a CSR matrix, 0 where none is stored
V read the diagonal out of a square compressed sparse row matrix

@ csr_row_norms: sparse_row_norms
= y[i] = sqrt(sum[p in r[i]..r[i + 1]](v[p] * v[p])) for i32[n + 1] r offsets nnz, FLT[nnz] v, out FLT[n] y, size n, size nnz
CSR
N the Euclidean norm of each row of a CSR matrix
N the 2-norms of the rows of the CSR matrix with {r} and {v}
V compute the L2 norm of every row of a sparse matrix in CSR format
V take the square root of the sum of squares of each CSR row
N the row norms of a CSR matrix

@ csr_transposed: spmv_transposed, csr_transpose_matvec
= y[c[p]] += v[p] * x[i] over i in 0..n, p in r[i]..r[i + 1] for i32[n + 1] r offsets nnz, i32[nnz] c in 0..m, FLT[nnz] v, FLT[n] x, out FLT[m] y, size n, size m, size nnz
CSR
x: vector | dense vector
V multiply the transpose of a CSR matrix by a vector
N the product of the transposed CSR matrix ({r}, {c}, {v}) and {x}
N the transposed sparse matrix-vector product {y!} = A^T {x!} with A in CSR
V compute A^T times a vector, A being in CSR format
V apply the transpose of the CSR matrix with {r}, {c} and {v} to {x}

@ csr_frobenius: sparse_frobenius
= s = sqrt(sum[p](v[p] * v[p])) for FLT[nnz] v, size nnz, return FLT s
v: +nonzero values | array of nonzero values
N the Frobenius norm of a sparse matrix, given {v}
V compute the Frobenius norm from {v} of a sparse matrix
N the square root of the sum of the squares of {v} of a sparse matrix
V calculate the Frobenius norm of a sparse matrix with {v}
N the Frobenius norm of a sparse matrix whose stored entries are {v}

@ csr_to_dense: densify, sparse_to_dense
= A[i, j] = sum[p in r[i]..r[i + 1] | c[p] == j](v[p]) over i in 0..n, j in 0..m for i32[n + 1] r offsets nnz, i32[nnz] c in 0..m, FLT[nnz] v, out FLT[n, m] A, size n, size m, size nnz
CSR
V convert a CSR matrix to a dense matrix
V expand the CSR matrix with {r}, {c} and {v} into a dense matrix
N the dense form of a sparse matrix in CSR format
V turn a compressed sparse row matrix into an ordinary two-dimensional one
V write a CSR matrix out as a full matrix

@ csr_matmat: spmm, sparse_dense_product
= C[i, j] = sum[p in r[i]..r[i + 1]](v[p] * B[c[p], j]) over i in 0..n, j in 0..k for i32[n + 1] r offsets nnz, i32[nnz] c in 0..m, FLT[nnz] v, FLT[m, k] B, out FLT[n, k] C, size n, size m, size k, size nnz
CSR
B: dense matrix
V multiply a CSR matrix by a dense matrix
N the product of a sparse matrix in CSR format and a dense matrix
V compute SpMM: the CSR matrix ({r}, {c}, {v}) times {B}
N the CSR matrix with {r}, {c} and {v} times {B}
V multiply a compressed sparse row matrix with a dense one

@ csr_residual: sparse_residual
= y[i] = b[i] - sum[p in r[i]..r[i + 1]](v[p] * x[c[p]]) for i32[n + 1] r offsets nnz, i32[nnz] c in 0..n, FLT[nnz] v, FLT[n] x, FLT[n] b, out FLT[n] y, size n, size nnz
CSR
x: vector | solution vector
b: right-hand side | vector
N the residual {b!} - A {x!} for a square CSR matrix A given by {r}, {c} and {v}
V compute the residual of the sparse system A {x!} = {b!} with A in CSR ({r}, {c}, {v})
V subtract the CSR product of ({r}, {c}, {v}) and {x!} from {b!}
N the right-hand side {b!} minus the CSR matrix ({r}, {c}, {v}) times {x!}
V evaluate {b!} - A {x!}, A being stored as {r}, {c} and {v} in CSR form

@ csr_jacobi: sparse_jacobi_step
= y[i] = (b[i] - sum[p in r[i]..r[i + 1] | c[p] != i](v[p] * x[c[p]])) / d[i] for i32[n + 1] r offsets nnz, i32[nnz] c in 0..n, FLT[nnz] v, FLT[n] d in 1..4, FLT[n] x, FLT[n] b, out FLT[n] y, size n, size nnz
CSR
V do one Jacobi step for a CSR matrix ({r}, {c}, {v}) with the diagonal {d!}, the iterate {x!} and the right-hand side {b!}
V perform a Jacobi iteration with A in CSR form given by {r}, {c}, {v}, diagonal {d!}, current solution {x!} and right-hand side {b!}
N the next Jacobi iterate for the CSR matrix ({r}, {c}, {v}), diagonal {d!}, iterate {x!}, right-hand side {b!}
V compute one sweep of Jacobi for the sparse system with {r}, {c}, {v}, the diagonal array {d!}, {x!} and {b!}
V update a Jacobi solution: CSR matrix {r}, {c}, {v}, its diagonal {d!}, old vector {x!}, right side {b!}

@ coo_matvec: coo_spmv, triplet_matvec
= y[r[p]] += v[p] * x[c[p]] for i32[nnz] r in 0..n, i32[nnz] c in 0..m, FLT[nnz] v, FLT[m] x, out FLT[n] y, size n, size m, size nnz
r: +row indices | array of row indices
c: +column indices | array of column indices
v: +values | array of values
x: vector | dense vector
V multiply a sparse matrix in COO format by a vector
V multiply the COO matrix with {r}, {c} and {v} by {x}
N the product of a COO matrix and a vector
N the sparse matrix-vector product for coordinate (COO) storage
V compute SpMV for a matrix given as triplets of row, column and value
N the matrix given by the triplets {r}, {c}, {v} times {x}
S COO SpMV: {r}, {c}, {v} and {x}.

@ coo_to_dense: triplets_to_dense, coo_densify
= A[r[p], c[p]] += v[p] for i32[nnz] r in 0..n, i32[nnz] c in 0..m, FLT[nnz] v, out FLT[n, m] A, size n, size m, size nnz
r: +row indices | array of row indices
c: +column indices | array of column indices
v: +values | array of values
V convert a COO matrix to a dense one, adding duplicates
V expand the triplets {r}, {c}, {v} into a dense matrix, summing duplicates
N the dense matrix of a COO matrix, duplicate entries added up
V assemble a dense matrix from row indices, column indices and values, adding entries that coincide
V write the COO matrix with {r}, {c} and {v} out as a full matrix, summing repeated entries

@ coo_row_counts: coo_row_nnz
= y[r[p]] += 1 for i32[nnz] r in 0..n, out i32[n] y, size n, size nnz
r: +row indices | array of row indices
N the number of entries of each row of a COO matrix, given {r}
V count the nonzeros per row from {r} of a COO matrix
N how many times each of {n!} rows occurs in {r} of a COO matrix
V count the entries per row of a COO matrix with {r}
V tally {r} of a sparse COO matrix by row

@ gather: take, indexed_read
= y[i] = x[k[i]] for NUM[m] x, i32[n] k in 0..m, out NUM[n] y, size m, size n
k: index array | array of indices | +indices | index list
V gather the elements of {x} at {k}
V pick the elements of {x} at the positions given by {k}
N the elements of {x} at {k}
V read {x} through {k}
V index {x} with {k}
N {x} gathered by {k}
S For each i, the result is the element of {x} at the index in {k}.

@ scatter: indexed_write, put
= y[k[i]] = x[i] for NUM[n] x, i32[n] k permutation, out NUM[n] y, size n
k: permutation | permutation of indices | array with a permutation of the indices
V scatter {x} to the positions given by {k}
V write each element of {x} to the position given by {k}
N {x} scattered by {k}
V put element i of {x} at the index named by entry i of {k}
V distribute {x} according to {k}

@ scatter_add: accumulate_at, indexed_add
= y[k[i]] += x[i] for FLT[n] x, i32[n] k in 0..m, inout FLT[m] y, size n, size m
k: index array | array of indices | +indices
V add each element of {x} to {y!} at the index given by {k}
V scatter-add {x} into {y!} with {k}
V accumulate {x} into {y!} at {k}
V add the elements of {x} to the entries of {y!} named by {k}
V do {y!}[{k!}[i]] += {x!}[i] for every i

@ sparse_dot: sparse_dense_dot, indexed_dot
= s = sum[i](v[i] * x[k[i]]) for FLT[n] v, i32[n] k in 0..m, FLT[m] x, size n, size m, return FLT s
v: +values | array of nonzero values
k: +indices | array of indices | index array
x: dense vector | vector
N the dot product of a sparse vector ({v}, {k}) and {x}
N the dot product of the sparse vector with {v} and {k} and {x}
V multiply a sparse vector by a dense vector: {v}, {k}, {x}
V compute the sparse-dense dot product of ({v}, {k}) with {x}
N the inner product of a sparse vector, given by {v} and {k}, with {x}

@ sparse_axpy: indexed_axpy, axpyi
= y[k[i]] += a * v[i] for FLT a, FLT[n] v, i32[n] k in 0..m, inout FLT[m] y, size n, size m
v: +values | array of nonzero values
k: +indices | array of indices
a: factor | scalar
V add {a!} times the sparse vector with {v} and {k} to the dense vector {y!}
V compute {y!} += {a!} x for a sparse x with {v} and {k}
V do a sparse axpy: scalar {a!}, {v}, {k}, dense vector {y!}
V update {y!} at {k} by adding {a!} times {v}
V scatter {a!} times {v} into {y!} at {k}, adding

@ sparse_norm: sparse_vector_norm
= s = sqrt(sum[i](v[i] * v[i])) for FLT[n] v, size n, return FLT s
v: +values of a sparse vector | +stored values
N the Euclidean norm of a sparse vector, given {v}
N the 2-norm of a sparse vector from {v}
V compute the length of the sparse vector with {v}
V take the L2 norm of {v} of a sparse vector
N the square root of the sum of squares of {v} of a sparse vector

@ sparse_to_dense_vector: expand_sparse
= y[k[i]] += v[i] for FLT[n] v, i32[n] k in 0..m, out FLT[m] y, size n, size m
v: +values | array of values
k: +indices | array of indices
V expand a sparse vector ({v}, {k}) into a dense one of length {m!}, adding duplicates
V convert the sparse vector with {v} and {k} to a dense vector of {m!} elements, summing repeated indices
N the dense vector of length {m!} that has {v} added at {k} and 0 elsewhere
V fill a zero vector of length {m!} by adding {v} at {k}
V densify the sparse vector {v}, {k} to length {m!} (repeated indices add up)

@ ell_matvec: ellpack_spmv
= y[i] = sum[j](A[i, j] * x[c[i, j]]) for FLT[n, k] A, i32[n, k] c in 0..m, FLT[m] x, out FLT[n] y, size n, size k, size m
A: matrix of values | value matrix
c: matrix of column indices
x: vector | dense vector
V multiply a sparse matrix in ELLPACK format by a vector: {A}, {c} and {x}
N the ELL sparse matrix-vector product of {A}, {c} and {x}
V compute SpMV in ELL format from {A}, {c} and {x}
N the product of an ELLPACK matrix ({A}, {c}) and {x}
V multiply the ELL matrix with {A} and {c} by {x}

@ graph_out_degree: out_degrees
= y[e[i]] += 1 for i32[m] e in 0..n, out i32[n] y, size m, size n
e: +source vertices | array of source nodes
N the out-degree of each of {n!} vertices, given {e} of the edges
V count the outgoing edges of every one of {n!} vertices from {e} of the edge list
N how many edges leave each of {n!} vertices, from {e} of the edges
V compute the out-degrees of {n!} nodes, {e} being one entry per edge
V tally {e} of an edge list over {n!} vertices

@ edge_list_degrees: degrees
= y[a[i]] += 1 over i in 0..m; y[b[i]] += 1 over i in 0..m for i32[m] a in 0..n, i32[m] b in 0..n, out i32[n] y, size m, size n
a: +first end points | array of first end points
b: +second end points | array of second end points
N the degree of each of {n!} vertices of an undirected graph, with {a} and {b} of the edges
V count for every one of {n!} vertices the edges that touch it, given {a} and {b}
V compute vertex degrees of an undirected graph with {n!} vertices from {a} and {b}
N the vertex degrees for an edge list with {a} and {b} over {n!} vertices
V add 1 to the degree of both ends of each edge: {a}, {b}, {n!} vertices

@ csr_neighbor_sum: neighbour_sums
= y[i] = sum[p in r[i]..r[i + 1]](x[c[p]]) for i32[n + 1] r offsets nnz, i32[nnz] c in 0..n, FLT[n] x, out FLT[n] y, size n, size nnz
r: +row pointers | +adjacency offsets
c: +adjacency indices | +neighbour indices
x: array of node values | +node values
V sum {x} over the neighbours of each vertex of a graph in CSR form ({r}, {c})
N for each vertex of the CSR graph with {r} and {c} the sum of {x} at its neighbours
V add up the neighbours' entries of {x} for every vertex, the graph being {r} and {c} in CSR
N the neighbour sums of {x} in a graph given by {r} and {c}
V aggregate {x} over the adjacency lists {r}, {c} by summing
""".replace("\nCSR\n", "\n" + _CSR)
)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)
