// One pass over arrays each. Sums are kept in PARTIAL_SUMS parts, whatever the instruction set, so that they can be
// vectorised without a change of order between machines.

KAN_KERNEL void KAN_NAME(exponentials)(int64_t count, KAN_REAL *values) {
  for (int64_t i = 0; i < count; i++) values[i] = KAN_NAME(exp)(values[i]);
}

KAN_KERNEL void KAN_NAME(activation_values)(int activation, int64_t count, const KAN_REAL *z, KAN_REAL *y) {
  switch (activation) {
    case KAN_RELU:
      for (int64_t i = 0; i < count; i++) y[i] = z[i] < 0 ? 0 : z[i];  // NaN stays NaN
      break;
    case KAN_SILU:
      for (int64_t i = 0; i < count; i++) y[i] = KAN_NAME(silu)(z[i]);
      break;
    case KAN_TANH:
      for (int64_t i = 0; i < count; i++) y[i] = KAN_NAME(tanh)(z[i]);
      break;
    case KAN_SIGMOID:
      for (int64_t i = 0; i < count; i++) y[i] = KAN_NAME(sigmoid)(z[i]);
      break;
    default:
      for (int64_t i = 0; i < count; i++) y[i] = z[i];
  }
}

KAN_KERNEL void KAN_NAME(activation_pull_back)(int activation, int64_t count, const KAN_REAL *kept,
                                                   KAN_REAL *dy) {
  switch (activation) {
    case KAN_RELU:
      for (int64_t i = 0; i < count; i++) dy[i] = kept[i] > 0 ? dy[i] : 0;
      break;
    case KAN_SILU:
      for (int64_t i = 0; i < count; i++) dy[i] *= KAN_NAME(silu_slope)(kept[i]);
      break;
    case KAN_TANH:
      for (int64_t i = 0; i < count; i++) dy[i] *= 1 - kept[i] * kept[i];
      break;
    case KAN_SIGMOID:
      for (int64_t i = 0; i < count; i++) dy[i] *= kept[i] * (1 - kept[i]);
      break;
    default:
      break;
  }
}

KAN_KERNEL void KAN_NAME(broadcast_row)(int64_t rows, int64_t columns, const KAN_REAL *row, KAN_REAL *z) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) z[r * columns + c] = row[c];
}

/// M vectors of columns, which stay in registers.
KAN_INLINE void KAN_NAME(sum_columns)(const int M, int64_t rows, int64_t stride, const KAN_REAL *z, KAN_REAL *sums) {
  KAN_NAME(vector) total[4] = {0};
  // Sums of a few rows first: in one running sum over many, the last rows would lose digits.
  for (int64_t start = 0; start < rows; start += 256) {
    const int64_t end = start + 256 < rows ? start + 256 : rows;
    KAN_NAME(vector) part[4] = {0};
    for (int64_t row = start; row < end; row++)
      KAN_UNROLL
      for (int m = 0; m < M; m++) part[m] += KAN_LOAD(z + row * stride + m * KAN_LANES);
    KAN_UNROLL
    for (int m = 0; m < M; m++) total[m] += part[m];
  }
  KAN_UNROLL
  for (int m = 0; m < M; m++) KAN_STORE(sums + m * KAN_LANES, total[m]);
}

KAN_KERNEL void KAN_NAME(column_sums)(int64_t rows, int64_t columns, const KAN_REAL *z, KAN_REAL *sums) {
  int64_t column = 0;
  for (; columns - column >= 4 * KAN_LANES; column += 4 * KAN_LANES)
    KAN_NAME(sum_columns)(4, rows, columns, z + column, sums + column);
  for (; columns - column >= KAN_LANES; column += KAN_LANES)
    KAN_NAME(sum_columns)(1, rows, columns, z + column, sums + column);
  for (int64_t c = column; c < columns; c++) sums[c] = 0;
  for (int64_t start = 0; column < columns && start < rows; start += 256) {
    const int64_t end = start + 256 < rows ? start + 256 : rows;
    KAN_REAL parts[KAN_LANES] = {0};
    for (int64_t row = start; row < end; row++)
      for (int64_t c = column; c < columns; c++) parts[c - column] += z[row * columns + c];
    for (int64_t c = column; c < columns; c++) sums[c] += parts[c - column];
  }
}

KAN_KERNEL void KAN_NAME(scale_columns)(int64_t rows, int64_t columns, const KAN_REAL *x, const KAN_REAL *shift,
                                            const KAN_REAL *factor, KAN_REAL *y) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++)
      y[r * columns + c] = (x[r * columns + c] - shift[c]) * factor[c];
}

KAN_KERNEL int64_t KAN_NAME(first_non_finite)(int64_t count, const KAN_REAL *values) {
  // v - v is 0 for finite v and NaN otherwise; NaN survives the sum.
  const int64_t chunk = 4096;
  for (int64_t start = 0; start < count; start += chunk) {
    int64_t end = start + chunk < count ? start + chunk : count;
    KAN_REAL lanes[PARTIAL_SUMS] = {0};
    int64_t i = start;
    for (; i + PARTIAL_SUMS <= end; i += PARTIAL_SUMS)
      for (int lane = 0; lane < PARTIAL_SUMS; lane++) lanes[lane] += values[i + lane] - values[i + lane];
    for (; i < end; i++) lanes[0] += values[i] - values[i];
    KAN_REAL sum = 0;
    for (int lane = 0; lane < PARTIAL_SUMS; lane++) sum += lanes[lane];
    if (!(sum == 0))
      for (i = start; i < end; i++)
        if (!(values[i] - values[i] == 0)) return i;
  }
  return -1;
}

KAN_KERNEL double KAN_NAME(squared_error)(int64_t count, const KAN_REAL *outputs, const KAN_REAL *targets,
                                              KAN_REAL factor, KAN_REAL *gradient) {
  double lanes[PARTIAL_SUMS] = {0};
  int64_t i = 0;
  for (; i + PARTIAL_SUMS <= count; i += PARTIAL_SUMS) {
    KAN_REAL errors[PARTIAL_SUMS];
    KAN_UNROLL
    for (int lane = 0; lane < PARTIAL_SUMS; lane++) {
      errors[lane] = outputs[i + lane] - targets[i + lane];
      lanes[lane] += (double)errors[lane] * (double)errors[lane];
    }
    if (!gradient) continue;
    KAN_UNROLL
    for (int lane = 0; lane < PARTIAL_SUMS; lane++) gradient[i + lane] = factor * errors[lane];
  }
  for (; i < count; i++) {
    const KAN_REAL error = outputs[i] - targets[i];
    lanes[0] += (double)error * (double)error;
    if (gradient) gradient[i] = factor * error;
  }
  double sum = 0;
  for (int lane = 0; lane < PARTIAL_SUMS; lane++) sum += lanes[lane];
  return sum;
}

/// exp(z - max z) of a row into `out`, and the sum of it; the largest logit is taken off so that nothing overflows.
KAN_INLINE KAN_REAL KAN_NAME(shifted_exponentials)(int64_t columns, const KAN_REAL *logits, KAN_REAL *largest,
                                                   KAN_REAL *out) {
  KAN_REAL top = logits[0];
  for (int64_t c = 1; c < columns; c++) top = logits[c] > top ? logits[c] : top;
  *largest = top;
  KAN_REAL sum = 0;
  if (out) {
    for (int64_t c = 0; c < columns; c++) out[c] = KAN_NAME(exp)(logits[c] - top);
    for (int64_t c = 0; c < columns; c++) sum += out[c];
  } else {
    for (int64_t c = 0; c < columns; c++) sum += KAN_NAME(exp)(logits[c] - top);
  }
  return sum;
}

KAN_KERNEL double KAN_NAME(cross_entropy)(int64_t rows, int64_t columns, const KAN_REAL *logits,
                                              const int32_t *labels, KAN_REAL factor, KAN_REAL *gradient) {
  double total = 0;
  for (int64_t r = 0; r < rows; r++) {
    const KAN_REAL *z = logits + r * columns;
    KAN_REAL *g = gradient ? gradient + r * columns : NULL;
    KAN_REAL top;
    KAN_REAL sum = KAN_NAME(shifted_exponentials)(columns, z, &top, g);
    total += log((double)sum) + (double)(top - z[labels[r]]);
    if (g) {
      KAN_REAL scale = factor / sum;
      for (int64_t c = 0; c < columns; c++) g[c] *= scale;
      g[labels[r]] -= factor;
    }
  }
  return total;
}

KAN_KERNEL void KAN_NAME(softmax)(int64_t rows, int64_t columns, KAN_REAL *logits) {
  for (int64_t r = 0; r < rows; r++) {
    KAN_REAL *z = logits + r * columns;
    KAN_REAL top;
    KAN_REAL inverse = 1 / KAN_NAME(shifted_exponentials)(columns, z, &top, z);
    for (int64_t c = 0; c < columns; c++) z[c] *= inverse;
  }
}

KAN_KERNEL void KAN_NAME(sgd)(int64_t count, KAN_REAL *parameters, const KAN_REAL *gradients,
                                  KAN_REAL *velocity, KAN_REAL rate, KAN_REAL momentum, KAN_REAL decay) {
  for (int64_t i = 0; i < count; i++) {
    KAN_REAL v = momentum * velocity[i] + (gradients[i] + decay * parameters[i]);
    velocity[i] = v;
    parameters[i] -= rate * v;
  }
}

KAN_KERNEL void KAN_NAME(adamw)(int64_t count, KAN_REAL *parameters, const KAN_REAL *gradients, KAN_REAL *mean,
                                KAN_REAL *variance, KAN_REAL rate, KAN_REAL beta1, KAN_REAL rest1,
                                KAN_REAL beta2, KAN_REAL rest2, KAN_REAL scale, KAN_REAL epsilon,
                                KAN_REAL shrink) {
  for (int64_t i = 0; i < count; i++) {
    KAN_REAL g = gradients[i];
    KAN_REAL m = beta1 * mean[i] + rest1 * g;
    KAN_REAL v = beta2 * variance[i] + rest2 * g * g;
    mean[i] = m;
    variance[i] = v;
    parameters[i] -= shrink * parameters[i] + rate * m / (KAN_SQRT(v) * scale + epsilon);
  }
}

KAN_KERNEL double KAN_NAME(inner_product)(int64_t count, const KAN_REAL *a, const KAN_REAL *b) {
  double lanes[PARTIAL_SUMS] = {0};
  int64_t i = 0;
  for (; i + PARTIAL_SUMS <= count; i += PARTIAL_SUMS)
    for (int lane = 0; lane < PARTIAL_SUMS; lane++) lanes[lane] += (double)a[i + lane] * (double)b[i + lane];
  for (; i < count; i++) lanes[0] += (double)a[i] * (double)b[i];
  double sum = 0;
  for (int lane = 0; lane < PARTIAL_SUMS; lane++) sum += lanes[lane];
  return sum;
}

KAN_KERNEL void KAN_NAME(add_scaled)(int64_t count, const KAN_REAL *a, KAN_REAL factor, const KAN_REAL *b,
                                     KAN_REAL *out) {
  for (int64_t i = 0; i < count; i++) out[i] = a[i] + factor * b[i];
}
