"""Bodies in C and C++: every style of a broad table of programs does what the program means, and the grammar accepts it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest

from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.text import program_text
from passwright.irgen.synthesis.check import Item, Verdict, check
from passwright.irgen.synthesis.emit import STYLES, emit, headers

PROGRAMS: dict[str, list[str]] = {
    "maps": [
        "y[i] = a * x[i] + y[i] for f64 a, f64[n] x, inout f64[n] y",
        "y[i] = x[i] > t ? 1 : 0 for f64[n] x, f64 t, out i32[n] y",
        "y[i] = sign(x[i]) * min(max(x[i], lo), hi) for f64[n] x, f64 lo, f64 hi, out f64[n] y",
        "y[i] = 1.0 / (1.0 + exp(-x[i])) for f32[n] x, out f32[n] y",
        "y[i] = x[i] * 0.5 + 2.5 for f32[n] x, out f32[n] y",
        "x[i] *= a for inout f64[n] x, f64 a",
        "x[i] += 1 for inout i32[n] x",
        "y[i] = i for out i32[n] y",
        "y[i] = 0.5 for out f32[n] y",
        "y[i] = x[i] for f64[n] x, out f64[n] y",
        "y[i] = hypot(x[i], z[i]) + atan2(x[i], z[i]) for f64[n] x, f64[n] z, out f64[n] y",
        "y[i] = max(max(x[i], z[i]), max(abs(x[i] - z[i]), 0)) for i32[n] x, i32[n] z, out i32[n] y",
        "y[i] = x[i] % 2 == 0 ? x[i] / 2 : 3 * x[i] + 1 for i64[n] x, out i64[n] y",
        "C[i, j] = A[i, j] - B[j] for f64[n, m] A, f64[m] B, out f64[n, m] C",
        "C[i, j] = x[i] * y[j] for f64[n] x, f64[m] y, out f64[n, m] C",
        "A[i, i] = 1 for inout f64[n, n] A",
        "A[i, j] = i == j ? 1 : 0 for out f32[n, n] A",
        "T[i, j, k] = A[i, j] * B[j, k] for f64[n, m] A, f64[m, p] B, out f64[n, m, p] T",
    ],
    "reductions": [
        "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y",
        "s = sum[i](x[i]) for f32[n] x",
        "s = sum[i](x[i]) for i32[n] x, return i64 s",
        "s = prod[i](x[i]) for f64[n] x",
        "s = sum[i | x[i] > 0](x[i]) for f64[n] x",
        "s = sum[i](abs(x[i] - y[i])) for f32[n] x, f32[n] y",
        "s = max[i](x[i]) for f32[n] x",
        "s = min[i](abs(x[i])) for f64[n] x",
        "s = max[i, j](A[i, j]) for i32[n, m] A",
        "s = max[i | x[i] < t](x[i]) for f64[8] x in 0..4, f64 t in 4..8, return f64 s",
        "s = min[i](x[i]) + max[i](x[i]) for i32[n] x",
        "s = sqrt(sum[i, j](A[i, j] * A[i, j])) for f64[n, m] A",
        "s = sum[i](x[i]) / n for f64[n] x, size n in 1..50",
        "s = n > 0 ? sum[i](x[i]) / n : 0 for f64[n] x",
        "m = sum[i](x[i]) / n; v = sum[i]((x[i] - m) * (x[i] - m)) / n for f64[n] x, size n in 1..50, return f64 v",
        "s = xor[i](x[i]) for u32[n] x",
        "s = and[i](x[i]) for u8[n] x",
        "s = or[i](x[i]) for u64[n] x",
        "m min= x[i] for f32[16] x, return f32 m",
        "s += x[i] * x[i] for f64[n] x, return f64 s",
        "s += x[i] for inout f64 s, f64[n] x",
        "t = sum[i](A[i, i]) for f64[n, n] A",
        "s = sum[i](max[j](A[i, j])) for f64[n, m] A, size n, size m in 1..20",
        "s = sum[i](x[i] * sum[j](y[j])) for f64[n] x, f64[m] y",
        "s = sum[i](sign(x[i]) / 2) for f64[n] x, return f64 s",
    ],
    "searches": [
        "c = count[i](x[i] > t) for f64[n] x, f64 t",
        "c = count[i](x[i] & 4) for i32[n] x, return i32 c",
        "c = count[i](s[i] == 'a' || s[i] == '\\'') for char[n] s, len n, return i32 c",
        "c = count[i](s[i] == 'a') for char[n] s, len n, return i32 c",
        "b = any[i, j](A[i, j] < 0) for f64[n, m] A, return bool b",
        "b = all[i](x[i] <= x[i + 1]) for f64[n] x, return bool b",
        "b = all[i](x[i] == y[i]) for i32[n] x, i32[n] y, return bool b",
        "b = all[i in 0..n / 2](s[i] == s[n - 1 - i]) for char[n] s, len n, return bool b",
        "k = first[i](x[i] == t) for f64[n] x, f64 t, return i32 k",
        "k = first[i](x[i] > t && x[i] < 4) for f64[n] x, f64 t, return i32 k",
        "k = last[i](x[i] > 0) for f64[n] x, return i32 k",
        "k = argmax[i](x[i]) for f64[n] x, return i32 k",
        "k = argmin[i | x[i] > 0](x[i]) for f64[n] x, return i32 k",
        "k = argmax[i](abs(x[i])) for f64[n] x",
        "k = argmin[i](sum[j](abs(A[i, j]))) for f64[n, m] A, return i32 k",
        "y[i] = argmax[j](A[i, j]) for f64[n, m] A, out i32[n] y",
        "y[i] = count[j](x[j] < x[i]) for f64[n] x, out i32[n] y",
        "y[i] = any[j in 0..i](x[j] == x[i]) ? 1 : 0 for i32[n] x, out i32[n] y",
        "c = count[i in 2..n](all[j in 2..i](i % j != 0)) for i32 n in 0..40, return i32 c",
        "k = first[i in 0..n - m + 1](all[j](s[i + j] == t[j])) for char[n] s, char[m] t, return i32 k",
        "a = argmax[i](x[i]); b = x[a] for f64[n] x, size n in 1..40, out i32 a, out f64 b",
    ],
    "boundaries": [
        *(
            f"y[i] = (x[i - 1] + x[i] + x[i + 1]) / 3 @ {rule} for f64[n] x, out f64[n] y"
            for rule in ("interior", "zero", "clamp", "wrap", "reflect")
        ),
        *(
            f"y[i] = x[i - 2] + 0.5 * x[i + 3] @ {rule} for f32[n] x, out f32[n] y"
            for rule in ("interior", "zero", "clamp", "wrap", "reflect")
        ),
        *(
            f"B[i, j] = (A[i - 1, j] + A[i + 1, j] + A[i, j - 1] + A[i, j + 1]) / 4 @ {rule} "
            "for f64[n, m] A, out f64[n, m] B"
            for rule in ("interior", "zero", "clamp", "wrap", "reflect")
        ),
        *(
            f"y[i] = sum[k](w[k] * x[i + k - 2]) @ {rule} for f64[n] x, f64[5] w, out f64[n] y"
            for rule in ("interior", "zero", "clamp", "wrap", "reflect")
        ),
        "B[i, j] = sum[u, v](K[u, v] * A[i + u - 1, j + v - 1]) @ zero for f64[n, m] A, f64[3, 3] K, out f64[n, m] B",
        "B[i, j] = max[u in 0..3, v in 0..3](A[i + u - 1, j + v - 1]) @ clamp for f64[n, m] A, out f64[n, m] B",
        "y[i] = sum[k](w[k] * x[i + k]) for f64[n] x, f64[m] w, out f64[n - m + 1] y, size n in 8..20, size m in 1..8",
        "B[i, j, k] = A[i - 1, j, k] + A[i, j + 1, k] + A[i, j, k - 1] @ clamp for f32[n, m, p] A, out f32[n, m, p] B",
        "x[i] = (x[i - 1] + x[i + 1]) / 2 @ interior for inout f64[n] x",
        "x[i] = x[i + 1] @ zero for inout f64[n] x",
        "x[i] = x[i - 1] @ wrap for inout f64[n] x",
        "x[i] = x[i - 1] + x[i] @ clamp for inout f64[n] x",
    ],
    "orders": [
        "y[i] = sum[j in 0..i + 1](x[j]) for i32[n] x, out i32[n] y",
        "y[i] = sum[j in 0..i](x[j]) for f64[n] x, out f64[n] y",
        "y[i] = sum[j in 0..i](x[j]) over i in 0..n + 1 for f64[n] x, out f64[n + 1] y",
        "y[i] = sum[j in i..n](x[j]) for f64[n] x, out f64[n] y",
        "y[i] = sum[j in i + 1..n](x[j]) for f64[n] x, out f64[n] y",
        "y[i] = max[j in 0..i + 1](x[j]) for i32[n] x, out i32[n] y",
        "y[i] = i == 0 ? 0 : max[j in 0..i](x[j]) for f64[n] x, out f64[n] y",
        "y[i] = x[i] > 0 ? sum[j in 0..i + 1](x[j]) : 0 for f64[n] x, out f64[n] y",
        "y[i] = prod[j in 0..i + 1](x[j]) for f64[n] x in -1..1, out f64[n] y",
        "B[i, j] = sum[k in 0..j + 1](A[i, k]) for f64[n, m] A, out f64[n, m] B",
        "B[i, j] = sum[k in j..m](A[i, k]) for f64[n, m] A, out f64[n, m] B",
        "x[i] = sum[j in 0..i + 1](x[j]) for inout f64[n] x",
        "x[i] = sum[j in 0..i](x[j]) for inout f64[n] x",
        "seq y[i] = i == 0 ? x[0] : a * x[i] + (1 - a) * y[i - 1] for f64[n] x, f64 a, out f64[n] y",
        "seq x[i] = x[i] + x[i - 1] over i in 1..n for inout f64[n] x",
        "seq down y[i] = b[i] - sum[j in i + 1..n](U[i, j] * y[j]) for f64[n, n] U, f64[n] b, out f64[n] y",
        "h = 5381; seq h = h * 33 + u32(s[i]) over i in 0..n for char[n] s, len n, return u32 h",
        "h = 2166136261; seq h = (h ^ u32(s[i])) * 16777619 over i in 0..n for char[n] s, len n, return u32 h",
        "s = 0; seq s = s * x + c[n - 1 - i] over i in 0..n for f64[n] c, f64 x in -1..1, return f64 s",
        "seq y[i] = 1 + count[j in 0..i | x[j] < x[i]](y[j] > 0) for f64[n] x, out i32[n] y",
        "repeat T { u[i] = (v[i - 1] + v[i + 1]) / 2 @ interior; v[i] = u[i] } "
        "for inout f64[n] u, inout f64[n] v, i32 T",
        "repeat T { x[i] = (x[i - 1] + x[i + 1]) / 2 @ interior } for inout f64[n] x, i32 T",
        "c = 0; repeat 3 { c += sum[i](x[i]); x[i] += 1 } for inout i32[n] x, return i64 c",
        "repeat k { y[i] = sum[j](A[i, j] * x[j]); s = sum[i](abs(y[i])); x[i] = y[i] / (s + 1) } "
        "for f64[n, n] A, inout f64[n] x, i32 k",
    ],
    "in place": [
        "x[i] = x[n - 1 - i] for inout f64[n] x",
        "A[i, j] = A[j, i] for inout f64[n, n] A",
        "A[i, j] = A[i, m - 1 - j] for inout f64[n, m] A",
        "A[i, j] = A[n - 1 - i, j] for inout i32[n, m] A",
        "A[i, j] = A[n - 1 - i, m - 1 - j] for inout i32[n, m] A",
        "x[i] = x[i] / sum[j](x[j]) for inout f64[n] x in 1..4",
        "A[i, j] = A[i, j] / sum[k](A[i, k]) for inout f64[n, m] A in 1..4",
        "A[i, j] = A[i, j] - sum[k](A[k, j]) for inout f64[n, m] A",
        "x[i] = x[(i + k) % n] for inout f64[n] x, i32 k in 0..20, size n in 1..20",
        "x[i] = x[p[i]] for inout f64[n] x, i32[n] p permutation",
        "x = sort(x) for inout f64[n] x",
    ],
    "arrays": [
        "y = sort(x) for i32[n] x",
        "y = sort_desc(x) for f64[n] x",
        "y = argsort(x) for i32[n] x, out i32[n] y",
        "y = argsort_desc(x) for f32[n] x, out i64[n] y",
        "y = unique(x) for i32[n] x sorted",
        "y = filter[i | x[i] > -1.5](x[i] * (a - b)) for f64[n] x, f64 a, f64 b, out f64[n] y",
        "y = filter[i | x[i] > 0](x[i]); k = count[i](x[i] > 0) for f64[n] x, out f64[n] y, return i32 k",
        "y = filter[i | s[i] != ' '](s[i]) for char[n] s, len n, out char[n] y",
        "y = filter[i | x[i] < 0](i) for f64[n] x, out i32[n] y",
        "t = sort(x); r = t[n / 2] for i32[n] x, size n in 1..40, return i32 r",
        "t = sort(x); u = unique(t); c = count[i](i == 0 || t[i] != t[i - 1]) for i32[n] x, return i32 c",
        "p = argsort(k); y[i] = v[p[i]] for f64[n] k, f64[n] v, out f64[n] y",
        "y = sort(x) for f64[n] x, return f64[n] y",
        "y[i] = x[n - 1 - i] for f64[n] x, out f64[n] y",
        "y[i] = x[(i + k) % n] for f64[n] x, i32 k in 0..9, out f64[n] y, size n in 1..40",
        "z[2 * i] = x[i]; z[2 * i + 1] = y[i] for f64[n] x, f64[n] y, out f64[2 * n] z",
        "z[i] = i < n ? x[i] : y[i - n] for f64[n] x, f64[m] y, out f64[n + m] z",
    ],
    "gather and scatter": [
        "y[i] = x[p[i]] for f64[n] x, i32[m] p in 0..n, out f64[m] y, size n in 1..20, size m",
        "y[p[i]] = x[i] for f64[n] x, i32[n] p permutation, out f64[n] y",
        "h[k[i]] += 1 for i32[n] k in 0..b, out i32[b] h, size n, size b in 1..20",
        "h[k[i]] += w[i] for i32[n] k in 0..16, f64[n] w, out f64[16] h",
        "h[s[i]] += 1 for u8[n] s, out i32[256] h",
        "t[j] = 0 over j in 0..m; t[z[i]] += 1; d[j] = sum[k in 0..j + 1](t[k]) over j in 0..m "
        "for i32[n] z in 0..m, out i32[m] d, size n, size m in 1..9",
        "h[k[i]] max= w[i] for i32[n] k in 0..8, f64[n] w, inout f64[8] h",
        "c[k[i]] += 1; r = argmax[j](c[j]) for i32[n] k in 0..8, out i32[8] c, return i32 r",
        "y[r] = sum[p in ptr[r]..ptr[r + 1]](val[p] * x[col[p]]) for i32[n + 1] ptr offsets nnz, "
        "i32[nnz] col in 0..m, f64[nnz] val, f64[m] x, out f64[n] y, size n, size m in 1..20, size nnz",
        "y[row[p]] += val[p] * x[col[p]] for i32[nnz] row in 0..n, i32[nnz] col in 0..m, f64[nnz] val, f64[m] x, "
        "out f64[n] y, size n in 1..20, size m in 1..20, size nnz",
    ],
    "linear algebra": [
        "C[i, j] += A[i, k] * B[k, j] for f64[n, m] A, f64[m, p] B, inout f64[n, p] C",
        "C[i, j] = sum[k](A[i, k] * B[k, j]) for f32[n, m] A, f32[m, p] B, out f32[n, p] C",
        "C[i, j] = alpha * sum[k](A[i, k] * B[k, j]) + beta * C[i, j] "
        "for f64 alpha, f64 beta, f64[n, m] A, f64[m, p] B, inout f64[n, p] C",
        "C[i, j] = sum[k](A[i, k] * A[j, k]) for f64[n, m] A, out f64[n, n] C",
        "C[i, j] = sum[k](A[k, i] * A[k, j]) for f64[n, m] A, out f64[m, m] C",
        "y[i] = sum[j](A[i, j] * x[j]) for f64[n, m] A, f64[m] x, out f64[n] y",
        "y[j] = sum[i](A[i, j] * x[i]) for f64[n, m] A, f64[n] x, out f64[m] y",
        "y[j] = sum[i](A[i, j]) / n for f64[n, m] A, out f64[m] y, size n in 1..20, size m",
        "B[i, j] = A[j, i] for f64[n, m] A, out f64[m, n] B",
        "y[i] = sum[j in 0..i + 1](L[i, j] * x[j]) for f64[n, n] L, f64[n] x, out f64[n] y",
        "C[b, i, j] = sum[k](A[b, i, k] * B[b, k, j]) for f64[q, n, m] A, f64[q, m, p] B, out f64[q, n, p] C",
    ],
    "dynamic programming": [
        "seq L[i, j] = i == 0 || j == 0 ? 0 : s[i - 1] == t[j - 1] ? L[i - 1, j - 1] + 1 : max(L[i - 1, j], L[i, j - 1]) "
        "over i in 0..n + 1, j in 0..m + 1; r = L[n, m] for char[n] s, char[m] t, size n, size m, return i32 r",
        "seq D[i, j] = i == 0 ? j : j == 0 ? i : min(min(D[i - 1, j], D[i, j - 1]) + 1, "
        "D[i - 1, j - 1] + (s[i - 1] == t[j - 1] ? 0 : 1)) over i in 0..n + 1, j in 0..m + 1; r = D[n, m] "
        "for char[n] s, char[m] t, size n, size m, return i32 r",
        "seq b[i] = i == 0 ? x[0] : max(x[i], b[i - 1] + x[i]); r = max[i](b[i]) "
        "for f64[n] x, size n in 1..40, out f64[n] b, return f64 r",
        "seq f[i] = i < 2 ? i : f[i - 1] + f[i - 2] for out i64[n] f",
        "seq P[i, j] = A[i, j] + (i == 0 ? 0 : j == 0 ? P[i - 1, j] : min(P[i - 1, j], P[i - 1, j - 1])) "
        "for f64[n, m] A, out f64[n, m] P",
    ],
    "bits and characters": [
        "y[i] = popcount(x[i]) + clz(x[i]) + ctz(x[i]) + parity(x[i]) for u32[n] x, out i32[n] y",
        "y[i] = popcount(x[i]) + clz(x[i]) + ctz(x[i]) for i8[n] x, out i32[n] y",
        "y[i] = rotl(x[i], 3) ^ rotr(x[i], k) for u32[n] x, i32 k in 0..32, out u32[n] y",
        "y[i] = bitreverse(x[i]) for u8[n] x, out u8[n] y",
        "y[i] = bitreverse(x[i]) ^ rotl(x[i], 13) for u64[n] x, out u64[n] y",
        "y[i] = gcd(x[i], 6) + lcm(x[i], 4) for i32[n] x, out i32[n] y",
        "y[i] = x[i] & -x[i] | ~(x[i] >> 1) for i32[n] x, out i32[n] y",
        "y[i] = s[i] >= 'a' && s[i] <= 'z' ? s[i] - 32 : s[i] for char[n] s, len n, out char[n] y",
        "y[i] = x[i] ^ x[i] >> 1 for u16[n] x, out u16[n] y",
        "y[i] = u8(x[i]) for i32[n] x, out u8[n] y",
        "y[i] = i32(floor(x[i])) + i32(round(x[i] * 2.5)) for f64[n] x, out i32[n] y",
        "c = count[i](s[i] != ' ' && (i == 0 || s[i - 1] == ' ')) for char[n] s, len n, return i32 c",
    ],
    "several results": [
        "mean = sum[i](x[i]) / n; var = sum[i]((x[i] - mean) * (x[i] - mean)) / n "
        "for f64[n] x, size n in 1..40, out f64 mean, out f64 var",
        "a = min[i](x[i]); b = max[i](x[i]) for f64[n] x, size n in 1..40, out f64 a, out f64 b",
        "y[i] = x[i] * 2; r = sum[i](y[i]) for f64[n] x, out f64[n] y, return f64 r",
        "y[i] = x[i] + 1; z[i] = y[i] * x[i]; s = sum[i](z[i]); c = count[i](z[i] > 0) "
        "for f64[n] x, out f64[n] y, out f64[n] z, out f64 s, return i32 c",
        "y[i] = x[i] + 1; z[i] = y[i + 1] @ clamp for f64[n] x, out f64[n] y, out f64[n] z",
        "y[i] = exp(x[i] - max[j](x[j])) / sum[j](exp(x[j] - max[k](x[k]))) for f64[n] x, out f64[n] y",
        "t[i] = x[i] * x[i]; y[i] = sum[j in 0..i + 1](t[j]) for f64[n] x, out f64[n] y",
        "t[i, j] = A[i, j] * 2; r = sum[i, j](t[j, i]) for f64[n, n] A, return f64 r",
    ],
}  # fmt: skip
BODIES = [
    (text, language, style, emit(parse(text), language, style))
    for texts in PROGRAMS.values()
    for text in texts
    for language, styles in STYLES.items()
    for style in styles
]


def test_every_body_does_what_its_program_means() -> None:
    distinct = list(dict.fromkeys((text, language, body) for text, language, _, body in BODIES))
    verdicts = check([Item(parse(text), body, language) for text, language, body in distinct])
    assert len(distinct) > 400
    wrong = [(*d, v) for d, v in zip(distinct, verdicts, strict=True) if not v.right]
    assert not wrong, "\n".join(map(str, wrong[:5]))


def test_what_is_wrong_is_found() -> None:
    sum_ = parse("s = sum[i](x[i]) for f64[n] x, return f64 s")
    items = {
        "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i]; return r;": "right",
        "double r = 0; for (int64_t i = 1; i < n0; i++) r += a0[i]; return r;": "wrong",
        "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i]; return r + 0 * a0[n0];": "crashed",
        "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i]; return r + 0 * a0[-1];": "crashed",
        "double r = 0; while (r < 1) r *= 2; return r;": "hung",
        "double r = 0 for; return r;": "refused",
        "double *t0 = malloc(8); double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i]; return r;": "wrong",
        "int32_t t0 = 2147483647; t0 += 1; double r = t0; return r;": "crashed",
        "double r = 1; return r - 1 + (r > 2 ? 1 / 0 : 0) + a0[0];": "wrong",
    }
    found = check([Item(sum_, body, "c") for body in items])
    assert [v.outcome for v in found] == list(items.values())
    assert "blocks" in found[6].detail and "expected" in found[5].detail
    nothing = parse("s = min[i in 0..0](x[i]) for f64[4] x, return f64 s")
    assert check([Item(nothing, "return 0;", "cpp")])[0].outcome == "meaningless"
    assert check([]) == [] and Verdict("right").right


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("text", "language", "style", "body"),
    [
        (
            "s = sum[i](x[i]) for f64[n] x",
            "c",
            "plain",
            "double r = 0; for (int64_t i = 0; i < n0; i++) r += a0[i]; return r;",
        ),
        (
            "C[i, j] += A[i, k] * B[k, j] for f64[n, m] A, f64[m, p] B, inout f64[n, p] C",
            "c",
            "tuned",
            "for (int64_t i = 0; i < n0; i++) for (int64_t k = 0; k < n1; k++) { double t0 = a0[i * n1 + k]; "
            "for (int64_t j = 0; j < n2; j++) a2[i * n2 + j] += t0 * a1[k * n2 + j]; }",
        ),
        (
            "y[i] = (x[i - 1] + x[i + 1]) / 2 @ clamp for f64[n] x, out f64[n] y",
            "cpp",
            "tuned",
            "int64_t i = 0; "
            "for (; i < 1 && i < n0; i++) a1[i] = (a0[i > 0 ? i - 1 : 0] + a0[i + 1 < n0 ? i + 1 : n0 - 1]) / 2; "
            "for (; i < n0 - 1; i++) a1[i] = (a0[i - 1] + a0[i + 1]) / 2; "
            "for (; i < n0; i++) a1[i] = (a0[i > 0 ? i - 1 : 0] + a0[i + 1 < n0 ? i + 1 : n0 - 1]) / 2;",
        ),
        (
            "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y",
            "cpp",
            "stl",
            "return std::inner_product(a0, a0 + n0, a1, 0.0);",
        ),
        (
            "y[i] = sum[j in 0..i + 1](x[j]) for i32[n] x, out i32[n] y",
            "c",
            "plain",
            "int64_t t0 = 0; for (int64_t i = 0; i < n0; i++) { t0 += a0[i]; a1[i] = t0; }",
        ),
        (
            "a = min[i](x[i]); b = max[i](x[i]) for f64[n] x, out f64 a, out f64 b",
            "cpp",
            "tuned",
            "double t0 = INFINITY; double t1 = -INFINITY; for (int64_t i = 0; i < n0; i++) "
            "{ t0 = std::min(t0, a0[i]); t1 = std::max(t1, a0[i]); } *s0 = t0; *s1 = t1;",
        ),
    ],
)
def test_styles(text: str, language: str, style: str, body: str) -> None:
    assert emit(parse(text), language, style) == body  # type: ignore[arg-type]


@pytest.mark.tiny
def test_headers_are_those_that_the_body_needs() -> None:
    sort = "std::copy(a0, a0 + n0, a1); std::sort(a1, a1 + n0, std::greater<>());"
    assert headers(sort, "cpp") == ("algorithm", "cstdint", "functional")
    assert headers("double *t0 = malloc(n0); t0[0] = sqrtf(2); free(t0);", "c") == (
        "math.h",
        "stdint.h",
        "stdlib.h",
    )
    assert headers("return std::accumulate(a0, a0 + n0, 0.0);", "cpp") == ("cstdint", "numeric")
    assert headers("return true;", "c") == ("stdbool.h", "stdint.h")


# grammars


@lru_cache
def _accepts(grammar: str):  # type: ignore[no-untyped-def]  # llguidance has no types of its own
    llguidance = pytest.importorskip("llguidance", reason="the extra `generator` is not installed")
    tokenizer = llguidance.LLTokenizer("byte")
    source = (Path(__file__).parents[1] / "irgen" / "generator" / f"{grammar}.lark").read_text()
    compiled = llguidance.LLMatcher.grammar_from_lark(source)
    assert not llguidance.LLMatcher.validate_grammar(compiled, tokenizer)
    matcher = llguidance.LLMatcher(tokenizer, compiled)

    def accepts(text: str) -> bool:
        matcher.reset()
        tokens = tokenizer.tokenize_str(text)
        return bool(matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting())

    return accepts


def _spaced(text: str) -> str:
    lexeme = (
        r"'(?:\\.|[^'])'|\.\.|\d+(?:\.(?!\.)\d*)?(?:[eE][-+]?\d+)?\w*|\w+|::|[-+]{2}|"
        r"<<=|>>=|[-+*/%&|^<>=!]=|&&|\|\||<<|>>|\S"
    )
    return " " + " ".join(re.findall(lexeme, text))


def test_the_grammars_accept_what_is_written() -> None:
    accepts = _accepts("c")
    refused = [body for *_, body in BODIES if not accepts(body) or not accepts(_spaced(body))]
    assert not refused, refused[:3]
    accepts = _accepts("notation")
    for texts in PROGRAMS.values():
        for text in texts:
            named = canonical(parse(text))
            for written in (program_text(named.program), named.text):
                assert accepts(_spaced(written)), written


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        ("c", "x y = 1;"),
        ("c", "system(a0);"),
        ("c", "return"),
        ("c", "for (int64_t i = 0; i < n0; i++ a0[i] = 0;"),
        ("c", "if (a0[i] > ) r = 1;"),
        ("c", "return r; }"),
        ("c", "asm(a0);"),
        ("c", "#include <stdio.h>"),
        ("notation", "s = "),
        ("notation", "s = sum[i](x[i])"),
        ("notation", "s = foo(x) for f64 x"),
        ("notation", "s = pow(x) for f64 x"),
        ("notation", "y[i] = x[i] @ mirror for f64[n] x"),
        ("notation", "y = sort(x) + 1 for f64[n] x"),
        ("notation", "s = first[i, j](A[i, j] > 0) for f64[n, m] A"),
    ],
)
def test_the_grammars_refuse_what_is_none(grammar: str, text: str) -> None:
    assert not _accepts(grammar)(_spaced(text))
