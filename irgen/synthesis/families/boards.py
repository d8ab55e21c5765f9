"""Boards and maps of cells: Conway's Life, borders, islands, peaks, queens. Held out of training as a family."""

from __future__ import annotations

import random

from passwright.irgen.synthesis.draft import Draft
from passwright.irgen.synthesis.table import read
from passwright.irgen.synthesis.voice import Voice
from passwright.irgen.synthesis.wording import draw_from

FAMILY = "boards"

OPERATIONS = read("""
@ life_neighbours: count_neighbours, live_neighbours
= B[i, j] = sum[k in -1..2, l in -1..2 | k != 0 || l != 0](A[i + k, j + l]) @ zero for u8[n, m] A in 0..2, out u8[n, m] B, size n, size m
A: byte grid of zeros and ones | 0/1 grid of bytes | binary grid of bytes
V count the live neighbours of each cell of {A}, cells outside counting 0
N the number of ones among the eight neighbours of each cell of {A}, outside being 0
V count for every cell of {A} how many of its eight neighbours are 1, with zeros outside
N the neighbour counts of {A} (eight neighbours, nothing outside)
V sum the eight neighbours of each cell of {A}, treating cells beyond the border as 0

@ life_step: game_of_life, life
= B[i, j] = sum[k in -1..2, l in -1..2 | k != 0 || l != 0](A[i + k, j + l]) == 3 || A[i, j] == 1 && sum[k in -1..2, l in -1..2 | k != 0 || l != 0](A[i + k, j + l]) == 2 ? 1 : 0 @ zero for u8[n, m] A in 0..2, out u8[n, m] B, size n, size m
A: byte grid of zeros and ones | board of bytes 0 or 1 | binary grid of bytes
V do one step of Conway's Game of Life on {A}, cells outside being dead
N the next generation of the Game of Life for {A}, with dead cells outside
V advance {A} by one generation of Conway's Life; beyond the border everything is dead
V apply the rules of the Game of Life once to {A} (outside cells are 0)
N the Game of Life successor of {A} with dead surroundings

@ life_step_wrap: life_torus
= B[i, j] = sum[k in -1..2, l in -1..2 | k != 0 || l != 0](A[i + k, j + l]) == 3 || A[i, j] == 1 && sum[k in -1..2, l in -1..2 | k != 0 || l != 0](A[i + k, j + l]) == 2 ? 1 : 0 @ wrap for u8[n, m] A in 0..2, out u8[n, m] B, size n, size m
A: byte grid of zeros and ones | board of bytes 0 or 1 | binary grid of bytes
V do one step of Conway's Game of Life on {A} with periodic borders
N the next generation of the Game of Life for {A} on a torus
V advance {A} by one generation of Conway's Life, the edges wrapping around
V apply the rules of the Game of Life once to {A} with wrap-around
N the Game of Life successor of {A} with periodic boundaries

@ edge_count: count_adjacent_different
= s = count[i, j in 0..m - 1](A[i, j] != A[i, j + 1]) + count[i in 0..n - 1, j in 0..m](A[i, j] != A[i + 1, j]) for INT[n, m] A, size n, size m, return CNT s
A: integer grid | grid of integers | label image
N the number of horizontally or vertically adjacent pairs of cells of {A} that differ
V count the borders between different cells of {A}: neighbours in rows and columns that are unequal
N how many neighbouring pairs (left-right and up-down) of {A} have different values
V count the adjacent pairs in {A}, in rows and in columns, with unequal values
N the total number of horizontal and vertical changes between neighbouring cells of {A}

@ island_perimeter: perimeter
= s = count[i, j | A[i, j] == 1](i == 0 || A[i - 1, j] == 0) + count[i in 0..n, j in 0..m | A[i, j] == 1](i == n - 1 || A[i + 1, j] == 0) + count[i in 0..n, j in 0..m | A[i, j] == 1](j == 0 || A[i, j - 1] == 0) + count[i in 0..n, j in 0..m | A[i, j] == 1](j == m - 1 || A[i, j + 1] == 0) for INT[n, m] A in 0..2, size n, size m, return CNT s
A: grid of zeros and ones | binary grid | 0/1 map
N the perimeter of the land cells (1) in {A}, the outside being water
V count the edges between cells that are 1 and cells that are 0 or outside {A}
N the total perimeter of all ones in {A}
V compute the island perimeter of {A}, where 1 is land
N the length of the border around the ones of {A}, including the edges of the grid

@ count_local_max_grid: grid_peaks
= s = count[i in 1..n - 1, j in 1..m - 1](A[i, j] > A[i - 1, j] && A[i, j] > A[i + 1, j] && A[i, j] > A[i, j - 1] && A[i, j] > A[i, j + 1]) for NUM[n, m] A, size n, size m, return CNT s
A: matrix | grid | height map
N the number of inner elements of {A} larger than their four neighbours
V count the interior peaks of {A}, cells greater than the cells above, below, left and right
N how many interior cells of {A} exceed all four neighbours
V count the local maxima in the interior of {A} with respect to four neighbours
N the number of interior local maxima of {A} (4-neighbourhood)

@ checkerboard: chessboard
= A[i, j] = (i + j) % 2 for out u8[n, m] A, size n, size m
V fill the byte matrix {A!} with a checkerboard of zeros and ones, starting with 0
V write a chessboard pattern of bytes 0 and 1 into {A!}, 0 in the corner (0, 0)
V set each byte of {A!} to the parity of row index plus column index
S Element (i, j) of the byte matrix {A!} is (i + j) % 2.
V create a checkerboard in the byte array {A!} with {n!} rows and {m!} columns, 0 first

@ queens_attack: conflicts, count_attacks
= s = count[i, j in i + 1..n](x[i] == x[j] || abs(x[i] - x[j]) == j - i) for INT[n] x in 0..n, size n, return CNT s
x: array of queen columns | array with the column of the queen in each row
N the number of pairs of queens in {x} that attack each other
V count the attacking pairs among queens whose column in each row is given by {x}
N how many pairs of queens share a column or a diagonal, {x} giving the column for each row
V count the conflicts of an n-queens position given by {x}
N the number of queen conflicts of {x}, one queen per row
""")


def draw(rng: random.Random, voice: Voice) -> Draft:
    return draw_from(FAMILY, OPERATIONS, rng, voice)
