// Sums of least-squares refits: for one input, at any points, only the k+1 functions that are not 0.

/// Cells and functions of the points of one input, without the base function: values[r·count + point] is function
/// cells[point] + r.
KAN_KERNEL void KAN_NAME(spline_points)(const KAN_NAME(kan_spline) * spline, int64_t input, int64_t count,
                                        const KAN_REAL *x, int64_t x_stride, int32_t *cells, KAN_REAL *values) {
  KAN_NAME(kan_spline) bare = *spline;
  bare.base = KAN_BASE_NONE;
  KAN_REAL points[CHUNK], rates[WEIGHTS * CHUNK];
  for (int64_t start = 0; start < count; start += CHUNK) {
    const int chunk = (int)(count - start < CHUNK ? count - start : CHUNK);
    for (int i = 0; i < chunk; i++) points[i] = x[(start + i) * x_stride];
    KAN_NAME(evaluate_chunk)(&bare, 0, 0, input, 1, chunk, points, cells + start, values + start, count, rates);
  }
}

/// Adds the normal equations of the points of one input: gram[j·gram_stride + d] += Σ w·f_j·f_{j+d} for d = 0 … k, and
/// sums: [functions × outputs] += Σ w·f_j·y. Summed in double precision whatever the points are in; `weights` may be
/// null for 1.
KAN_KERNEL void KAN_NAME(spline_normal_equations)(const KAN_NAME(kan_spline) * spline, int64_t input, int64_t count,
                                                  const KAN_REAL *x, int64_t x_stride, const double *weights,
                                                  int64_t outputs, const KAN_REAL *y, int64_t y_stride, double *gram,
                                                  int64_t gram_stride, double *sums) {
  KAN_NAME(kan_spline) bare = *spline;
  bare.base = KAN_BASE_NONE;
  const int order = spline->degree + 1;
  int32_t cells[CHUNK];
  KAN_REAL points[CHUNK], values[WEIGHTS * CHUNK], rates[WEIGHTS * CHUNK];
  for (int64_t start = 0; start < count; start += CHUNK) {
    const int chunk = (int)(count - start < CHUNK ? count - start : CHUNK);
    for (int i = 0; i < chunk; i++) points[i] = x[(start + i) * x_stride];
    KAN_NAME(evaluate_chunk)(&bare, 0, 0, input, 1, chunk, points, cells, values, CHUNK, rates);
    for (int i = 0; i < chunk; i++) {
      const double weight = weights ? weights[start + i] : 1;
      const KAN_REAL *restrict target = y + (start + i) * y_stride;
      for (int r = 0; r < order; r++) {
        const double factor = weight * (double)values[r * CHUNK + i];
        for (int s = r; s < order; s++)
          gram[(cells[i] + r) * gram_stride + s - r] += factor * (double)values[s * CHUNK + i];
        double *restrict row = sums + (cells[i] + r) * outputs;
        KAN_VECTORIZE
        for (int64_t c = 0; c < outputs; c++) row[c] += factor * (double)target[c];
      }
    }
  }
}
