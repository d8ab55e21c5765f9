"""Matrices of numbers as tables and graphs: tests, rows and columns, windows, adjacency, paths."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "grids"

_TESTS = """
@ is_symmetric: symmetric, check_symmetric
= s = all[i, j](A[i, j] == A[j, i]) for NUM[n, n] A, size n, return bool s
A: square matrix | matrix | square matrix
Q {A} is symmetric
Q {A} equals its transpose
Q {A} is a symmetric matrix
Q each element of {A} equals the one mirrored at the diagonal
Q element (i, j) of {A} always equals element (j, i)
S Is {A} symmetric?

@ is_identity: identity_test, check_identity
= s = all[i, j](A[i, j] == (i == j ? 1 : 0)) for NUM[n, n] A, size n, return bool s
A: square matrix
Q {A} is the identity matrix
Q {A} is an identity matrix
Q {A} has ones on the diagonal and zeros elsewhere
Q {A} equals the identity
Q the diagonal of {A} is all 1 and everything else 0

@ is_upper_triangular: upper_triangular
= s = all[i, j in 0..i](A[i, j] == 0) for NUM[n, n] A, size n, return bool s
A: square matrix
Q {A} is upper triangular
Q all elements of {A} below the diagonal are zero
Q {A} is an upper triangular matrix
Q {A} has only zeros below its main diagonal
Q nothing below the diagonal of {A} is nonzero

@ is_lower_triangular: lower_triangular
= s = all[i, j in i + 1..n](A[i, j] == 0) for NUM[n, n] A, size n, return bool s
A: square matrix
Q {A} is lower triangular
Q all elements of {A} above the diagonal are zero
Q {A} is a lower triangular matrix
Q {A} has only zeros above its main diagonal
Q nothing above the diagonal of {A} is nonzero

@ is_diagonal: diagonal_test
= s = all[i, j](i == j || A[i, j] == 0) for NUM[n, n] A, size n, return bool s
A: square matrix
Q {A} is a diagonal matrix
Q {A} is diagonal
Q all off-diagonal elements of {A} are zero
Q {A} has no nonzero element outside its diagonal
Q {A} is zero except on the main diagonal

@ is_zero_matrix: all_zero_matrix
= s = all[i, j](A[i, j] == 0) for NUM[n, m] A, size n, size m, return bool s
Q all elements of {A} are zero
Q {A} is the zero matrix
Q {A} contains only zeros
Q every entry of {A} is 0
Q {A} has no nonzero entry

@ matrices_equal: equal_matrices
= s = all[i, j](A[i, j] == B[i, j]) for NUM[n, m] A, NUM[n, m] B, size n, size m, return bool s
Q {A,B} are equal
Q {A,B} are identical
Q all corresponding elements of {A,B} are equal
Q {A} equals {B} element by element
Q {A,B} agree in every entry

@ matrix_contains: search_matrix
= s = any[i, j](A[i, j] == k) for NUM[n, m] A, NUM k, size n, size m, return bool s
k: value | target | number
k in 0 1 5
Q {A} contains {k}
Q {k} occurs in {A}
Q any element of {A} equals {k}
Q {k} can be found in {A}
Q at least one entry of {A} is {k}

@ is_magic: equal_row_sums
= s = all[i](sum[j](A[i, j]) == sum[j](A[0, j])) for INT[n, m] A, size n, size m, return bool s
A: matrix | integer matrix
Q all rows of {A} have the same sum
Q the row sums of {A} are all equal
Q every row of {A} adds up to the sum of the first row
Q {A} has equal sums in all its rows
Q each row of {A} sums to the same value

@ rows_sorted: all_rows_sorted
= s = all[i, j in 0..m - 1](A[i, j] <= A[i, j + 1]) for NUM[n, m] A, size n, size m, return bool s
Q every row of {A} is sorted in ascending order
Q all rows of {A} are sorted
Q the rows of {A} are nondecreasing
Q no element of {A} is smaller than its left neighbour
Q each row of {A} ascends from left to right

@ is_diagonally_dominant: diagonally_dominant
= s = all[i](abs(A[i, i]) >= sum[j in 0..n | j != i](abs(A[i, j]))) for FLT[n, n] A, size n, return bool s
A: square matrix
Q {A} is diagonally dominant
Q {A} is weakly diagonally dominant by rows
Q in every row of {A} the absolute diagonal element is at least the sum of the other absolute values
Q each diagonal entry of {A} is in magnitude at least as large as the rest of its row together
Q {A} has row diagonal dominance (not strict)

@ is_toeplitz: toeplitz
= s = all[i in 1..n, j in 1..m](A[i, j] == A[i - 1, j - 1]) for NUM[n, m] A, size n, size m, return bool s
Q {A} is a Toeplitz matrix
Q {A} is Toeplitz
Q every diagonal of {A} is constant
Q each element of {A} equals its upper left neighbour
Q all diagonals of {A} from top left to bottom right hold one value each
"""

_ROWS = """
@ row_with_max_sum: max_row, best_row
= t[i] = sum[j](A[i, j]); s = argmax[i](t[i]) for NUM[n, m] A, size n, size m, return CNT s
N the index of the row of {A} with the largest sum
N the row index of {A} with the maximum row sum
V find the row of {A} that has the greatest sum and ^return its index
V sum each row of {A} and ^return the index of the largest sum
N which row of {A} has the largest sum, as an index
S Which row of {A} has the maximal sum? Return its index.

@ column_with_max_sum: max_column, best_column
= t[j] = sum[i](A[i, j]) over j in 0..m; s = argmax[j](t[j]) for NUM[n, m] A, size n, size m, return CNT s
N the index of the column of {A} with the largest sum
N the column index of {A} with the maximum column sum
V find the column of {A} that has the greatest sum and ^return its index
V sum each column of {A} and ^return the index of the largest sum
S Which column of {A} has the maximal sum? Return its index.

@ row_with_most_ones: most_ones
= t[i] = count[j](A[i, j] == 1); s = argmax[i](t[i]) for INT[n, m] A in 0..2, size n, size m, return CNT s
A: binary matrix | matrix of zeros and ones | 0/1 matrix
N the index of the row of {A} with the most ones
V find the row of {A} that contains the most 1s and ^return its index
N the row of {A} with the largest number of ones, as an index
V count the ones of each row of {A} and ^return the index of the largest count
S Which row of {A} has the most ones? Return its index.

@ max_row_sum: richest, largest_row_sum, maximum_wealth
= s = max[i](sum[j](A[i, j])) for NUM[n, m] A, size n, size m, return NUM s
N the largest row sum of {A}
N the maximum of the row sums of {A}
V find the greatest sum of a row of {A}
N the largest sum over the rows of {A}
V sum every row of {A} and ^return the largest sum

@ saddle_minimax: max_of_row_minima
= s = max[i](min[j](A[i, j])) for NUM[n, m] A, size n, size m, return NUM s
N the maximum of the row minima of {A}
N the largest of the smallest elements of the rows of {A}
V take the minimum of each row of {A} and ^return the largest of them
N the maximin of {A} over its rows
V find the greatest row minimum of {A}

@ row_argmax: argmax_rows, best_index_per_row
= y[i] = argmax[j](A[i, j]) for NUM[n, m] A, out i32[n] y, size n, size m
N the index of the largest element of each row of {A}
N the argmax of every row of {A}
V find for each row of {A} the column of its maximum
V compute the row-wise argmax of {A}
V write for every row of {A} the position of its largest element

@ row_argmin: argmin_rows
= y[i] = argmin[j](A[i, j]) for NUM[n, m] A, out i32[n] y, size n, size m
N the index of the smallest element of each row of {A}
N the argmin of every row of {A}
V find for each row of {A} the column of its minimum
V compute the row-wise argmin of {A}
V write for every row of {A} the position of its smallest element

@ nonzeros_per_row: row_nonzeros
= y[i] = count[j](A[i, j] != 0) for NUM[n, m] A, out i32[n] y, size n, size m
N the number of nonzero elements in each row of {A}
V count the nonzeros of every row of {A}
N how many nonzero entries each row of {A} has
V count per row of {A} the elements that are not zero
N the nonzero counts of the rows of {A}

@ nonzeros_per_column: column_nonzeros
= y[j] = count[i](A[i, j] != 0) for NUM[n, m] A, out i32[m] y, size n, size m
N the number of nonzero elements in each column of {A}
V count the nonzeros of every column of {A}
N how many nonzero entries each column of {A} has
V count per column of {A} the elements that are not zero
N the nonzero counts of the columns of {A}

@ count_matrix_value: count_in_matrix
= s = count[i, j](A[i, j] == k) for NUM[n, m] A, NUM k, size n, size m, return CNT s
k: value | number | target
k in 0 1 2
N the number of elements of {A} equal to {k}
V count how often {k} occurs in {A}
N how many entries of {A} are equal to {k}
V count the elements of {A} that equal {k}
N the number of occurrences of {k} in {A}

@ count_matrix_positive: positive_entries
= s = count[i, j](A[i, j] > 0) for NUM[n, m] A, size n, size m, return CNT s
N the number of positive elements of {A}
V count the positive entries of {A}
N how many elements of {A} are greater than zero
V count the elements of {A} above 0
N the count of positive values in {A}

@ count_negative_matrix: negative_entries
= s = count[i, j](A[i, j] < 0) for NUM[n, m] A, size n, size m, return CNT s
N the number of negative elements of {A}
V count the negative entries of {A}
N how many elements of {A} are less than zero
V count the elements of {A} below 0
S How many negative numbers are there in {A}?

@ anti_diagonal: antidiagonal, secondary_diagonal
= y[i] = A[i, n - 1 - i] for NUM[n, n] A, out NUM[n] y, size n
A: square matrix
N the anti-diagonal of {A}
V extract the anti-diagonal of {A}, from the top right to the bottom left
N the secondary diagonal of {A}
V copy the elements of {A} from the upper right corner to the lower left one
N the counter-diagonal of {A}, first row first

@ anti_trace: sum_antidiagonal
= s = sum[i](A[i, n - 1 - i]) for NUM[n, n] A, size n, return NUM s
A: square matrix
N the sum of the anti-diagonal of {A}
V add up the elements on the secondary diagonal of {A}
N the anti-diagonal sum of {A}
V sum the entries of {A} from the top right to the bottom left corner
N the sum of the counter-diagonal of {A}

@ both_diagonals: diagonal_sum
= s = sum[i](A[i, i]) + sum[i | i != n - 1 - i](A[i, n - 1 - i]) for NUM[n, n] A, size n, return NUM s
A: square matrix
N the sum of both diagonals of {A}, counting the centre once
V add up the elements on the two diagonals of {A}, the middle one only once
N the sum of the main and the secondary diagonal of {A} without counting the centre twice
N the diagonal sum of {A}: both diagonals, a shared centre counted once
V sum the primary and secondary diagonals of {A}; the centre counts once

@ upper_triangle_sum: sum_above_diagonal
= s = sum[i, j in i + 1..n](A[i, j]) for NUM[n, n] A, size n, return NUM s
A: square matrix
N the sum of the elements of {A} above the diagonal
V add up the strictly upper triangular part of {A}
N the sum over the strict upper triangle of {A}
V sum the entries of {A} right of the main diagonal
N the total of all elements of {A} above its main diagonal

@ lower_triangle_sum: sum_below_diagonal
= s = sum[i, j in 0..i](A[i, j]) for NUM[n, n] A, size n, return NUM s
A: square matrix
N the sum of the elements of {A} below the diagonal
V add up the strictly lower triangular part of {A}
N the sum over the strict lower triangle of {A}
V sum the entries of {A} left of the main diagonal
N the total of all elements of {A} below its main diagonal

@ border_sum: perimeter_sum
= s = sum[i, j | i == 0 || j == 0 || i == n - 1 || j == m - 1](A[i, j]) for NUM[n, m] A, size n, size m, return NUM s
N the sum of the border elements of {A}
V add up the elements on the edge of {A}
N the sum of the first and last row and the first and last column of {A}, corners counted once
V sum the entries on the boundary of {A}
N the total of the outermost elements of {A}

@ rotate_matrix: rotate_90, rotate_image
= B[j, n - 1 - i] = A[i, j] over i in 0..n, j in 0..m for NUM[n, m] A, out NUM[m, n] B, size n, size m
A: matrix | image | grid
V rotate {A} by 90 degrees clockwise
V rotate {A} clockwise by a quarter turn
N {A} rotated 90 degrees clockwise
V turn {A} to the right by 90 degrees
V rotate {A} a quarter turn to the right

@ rotate_matrix_ccw: rotate_left_90
= B[m - 1 - j, i] = A[i, j] over i in 0..n, j in 0..m for NUM[n, m] A, out NUM[m, n] B, size n, size m
A: matrix | image | grid
V rotate {A} by 90 degrees counterclockwise
V rotate {A} anticlockwise by a quarter turn
N {A} rotated 90 degrees counter-clockwise
V turn {A} to the left by 90 degrees
V rotate {A} a quarter turn to the left

@ flip_horizontal: mirror_columns, fliplr
= B[i, j] = A[i, m - 1 - j] for NUM[n, m] A, out NUM[n, m] B, size n, size m
A: matrix | image | grid
V flip {A} horizontally
V reverse each row of {A}
N {A} mirrored left to right
V mirror {A} horizontally
N {A} with its columns in reverse order
V reverse the order of the columns of {A}

@ flip_vertical: mirror_rows, flipud
= B[i, j] = A[n - 1 - i, j] for NUM[n, m] A, out NUM[n, m] B, size n, size m
A: matrix | image | grid
V flip {A} vertically
V turn {A} upside down
N {A} mirrored top to bottom
N {A} with its rows in reverse order
V reverse the order of the rows of {A}
V mirror {A} vertically

@ swap_rows: exchange_rows
= t[j] = A[p, j] over j in 0..m; A[p, j] = A[q, j] over j in 0..m; A[q, j] = t[j] over j in 0..m for inout NUM[n, m] A, i64 p in 0..n, i64 q in 0..n, size n, size m
p: row index | row
q: row index | row
V swap rows {p!} and {q!} of {A} in place
V exchange the rows {p!} and {q!} of {A}
V interchange row {p!} and row {q!} of {A}
V swap two rows of {A}, given by their indices {p!} and {q!}
V exchange row {p!} of {A} with row {q!} in place
"""

_PARTS = """
@ integral_image: summed_area_table, prefix_sum_2d
= B[i, j] = sum[k in 0..i + 1, l in 0..j + 1](A[k, l]) over i in 0..n, j in 0..m for NUM[n, m] A, out NUM[n, m] B, size n, size m
A: matrix | image | grid
N the integral image of {A}
N the summed-area table of {A}
V compute the two-dimensional prefix sums of {A}
V compute for each position of {A} the sum of all elements above and to the left, itself included
N the 2D cumulative sums of {A}
V build the summed area table of {A}

@ rectangle_sum: region_sum, sum_submatrix
= s = sum[i in p..q, j in r..t](A[i, j]) for NUM[n, m] A, i64 p in 0..n / 2, i64 q in n / 2..n, i64 r in 0..m / 2, i64 t in m / 2..m, size n, size m, return NUM s
V sum the elements of {A} in rows {p!} to {q!} and columns {r!} to {t!}, the upper ends excluded
N the sum of the submatrix of {A} from row {p!} (included) to {q!} (excluded) and column {r!} (included) to {t!} (excluded)
V add up the rectangle of {A} with rows {p!} up to {q!} and columns {r!} up to {t!} (exclusive)
N the sum over the half-open rectangle of {A}: rows {p!}..{q!}, columns {r!}..{t!}
V total the block of {A} that begins at ({p!}, {r!}) and ends before ({q!}, {t!})

@ copy_submatrix: crop, sub_matrix
= B[i, j] = A[p + i, q + j] over i in 0..k, j in 0..l for NUM[n, m] A, i64 p in 0..n - k + 1, i64 q in 0..m - l + 1, out NUM[k, l] B, size n, size m, size k, size l
A: matrix | image
V copy the {k!} by {l!} block of {A} whose upper left corner is ({p!}, {q!})
V crop {A} to {k!} rows and {l!} columns starting at row {p!} and column {q!}
N the submatrix of {A} with {k!} rows and {l!} columns from position ({p!}, {q!})
V cut a {k!} x {l!} window out of {A} at ({p!}, {q!})
V extract {k!} rows and {l!} columns of {A}, beginning at ({p!}, {q!})

@ threshold_grid: binarise, threshold_image
= B[i, j] = A[i, j] > k ? 1 : 0 for NUM[n, m] A, NUM k, out u8[n, m] B, size n, size m
A: matrix | image
k: threshold | level
V threshold {A} at {k}: 1 where it is above, 0 elsewhere, as bytes
V binarise {A} into bytes: 1 for elements greater than {k}, else 0
N a byte mask of {A} that is 1 where the element exceeds {k} and 0 elsewhere
V write 1 into a byte matrix where {A} is greater than {k} and 0 where it is not
V turn {A} into a byte image with 1 above {k} and 0 otherwise
"""

_GRAPHS = """
@ vertex_degrees: degrees, out_degree
= y[i] = sum[j](A[i, j]) for INT[n, n] A in 0..2, out i32[n] y, size n
A: adjacency matrix | 0/1 adjacency matrix
N the degree of each vertex of the graph with {A}
N the vertex degrees of a graph, given {A}
V compute the degree of every node from {A}
V sum the rows of {A} to get the degrees
V count the neighbours of each vertex in {A}

@ in_degrees: in_degree
= y[j] = sum[i](A[i, j]) over j in 0..n for INT[n, n] A in 0..2, out i32[n] y, size n
A: adjacency matrix
N the in-degree of each vertex of the directed graph with {A}
V count the incoming edges of every node in {A}
V compute the in-degrees from {A}, an edge from row to column
V sum the columns of {A} to get the in-degrees
N how many edges enter each vertex, given {A}

@ count_edges: edge_count, num_edges
= s = sum[i, j in i + 1..n](A[i, j]) for INT[n, n] A in 0..2, size n, return CNT s
A: adjacency matrix | symmetric adjacency matrix
N the number of edges of the undirected graph with {A}
V count the edges of an undirected graph given by {A}
N how many edges the undirected graph with {A} has, loops left out
V add up the entries above the diagonal of {A} to count the edges of an undirected graph
N the edge count of an undirected graph, given {A}

@ count_triangles: triangles
= s = count[i, j in i + 1..n, k in j + 1..n](A[i, j] == 1 && A[j, k] == 1 && A[i, k] == 1) for INT[n, n] A in 0..2, size n, return CNT s
A: adjacency matrix | symmetric adjacency matrix
N the number of triangles in the undirected graph with {A}
V count the triangles of the graph given by {A}
N how many triples of mutually adjacent vertices {A} has
V count the sets of three vertices that are all connected in {A}
N the triangle count of an undirected graph with {A}

@ floyd_warshall: all_pairs_shortest_paths, shortest_paths
= seq D[k, i, j] = k == 0 ? A[i, j] : min(D[k - 1, i, j], D[k - 1, i, k - 1] + D[k - 1, k - 1, j]) over k in 0..n + 1, i in 0..n, j in 0..n; B[i, j] = D[n, i, j] for NUM[n, n] A in 0..100, out NUM[n, n] B, size n
A: distance matrix | matrix of edge lengths | weight matrix
N the lengths of the shortest paths between all pairs of vertices, given {A}
V compute all-pairs shortest paths from {A} with Floyd-Warshall
V run the Floyd-Warshall algorithm on {A}
N the all-pairs shortest distances for {A}
V find the shortest distance between every two vertices, edge lengths being in {A}

@ floyd_in_place: floyd_warshall_inplace
= seq A[i, j] = min(A[i, j], A[i, k] + A[k, j]) over k in 0..n, i in 0..n, j in 0..n for inout NUM[n, n] A in 0..100, size n
A: distance matrix | matrix of edge lengths
V turn {A} into shortest path lengths in place with Floyd-Warshall
V run Floyd-Warshall on {A} in place
V replace each entry of {A} by the shortest distance, in place (Floyd-Warshall)
V update {A} in place to all-pairs shortest distances
V relax {A} in place over all intermediate vertices

@ transitive_closure: reachability, warshall
= seq A[i, j] = A[i, j] | (A[i, k] & A[k, j]) over k in 0..n, i in 0..n, j in 0..n for inout INT[n, n] A in 0..2, size n
A: adjacency matrix | reachability matrix of zeros and ones | 0/1 matrix
V compute the transitive closure of {A} in place
V turn {A} into its transitive closure with Warshall's algorithm, in place
V replace {A} by the reachability matrix, in place
V run Warshall's algorithm on {A} in place
V close {A} transitively in place

@ has_edge_loop: self_loops
= s = count[i](A[i, i] != 0) for INT[n, n] A in 0..2, size n, return CNT s
A: adjacency matrix
N the number of self-loops of a graph with {A}
V count the loops on the diagonal of {A}
N how many vertices have an edge to themselves in {A}
V count the nonzero diagonal entries of {A}
N the self-loop count of {A}

@ common_neighbours: shared_neighbours
= s = count[k](A[p, k] == 1 && A[q, k] == 1) for INT[n, n] A in 0..2, i64 p in 0..n, i64 q in 0..n, size n, return CNT s
A: adjacency matrix
N the number of common neighbours of the vertices {p!} and {q!} in {A}
V count the vertices adjacent to both {p!} and {q!} in {A}
N how many neighbours {p!} and {q!} share in {A}
V count the columns in which rows {p!} and {q!} of {A} are both 1
N the number of vertices connected with {p!} as well as with {q!} in {A}

@ path_count_two: two_step_paths
= B[i, j] = sum[k](A[i, k] * A[k, j]) for INT[n, n] A in 0..2, out INT[n, n] B, size n
A: adjacency matrix
N the number of walks of length 2 between all pairs of vertices of {A}
V count the two-step paths between every two nodes of {A}
V square {A} to count walks of length two
N for each pair of vertices of {A} the number of walks with two edges
V compute the square of {A}, which counts two-edge walks

@ tour_length: route_length
= s = sum[i in 0..n - 1](A[x[i], x[i + 1]]) for NUM[m, m] A, i32[n] x in 0..m, size m, size n, return NUM s
A: distance matrix
x: sequence of stops | array of visited nodes | tour
N the total length of {x} according to {A}
V add up the distances of {A} between consecutive entries of {x}
N the length of the path that visits {x}, distances being in {A}
V compute the cost of the route {x!} from {A}
N the sum of the distances from each of {x} to the next, taken from {A}

@ relax_edges: bellman_ford_step
= y[j] = min(x[j], min[i](x[i] + A[i, j])) over j in 0..n for NUM[n] x in 0..100, NUM[n, n] A in 0..100, out NUM[n] y, size n
x: array of distances | +tentative distances
A: matrix of edge lengths | weight matrix
V relax all edges of {A} once, starting from {x}
V do one Bellman-Ford round: from {x} and {A} compute the improved distances
N the distances after one round of relaxation of {A} from {x}
V take for each vertex the smaller of its entry in {x} and the best detour over one edge of {A}
N the min-plus update of {x} with {A}: the minimum of the old value and any entry plus edge length
"""

OPERATIONS = read(_TESTS + _ROWS + _PARTS + _GRAPHS)


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)
