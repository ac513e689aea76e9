// Included once for each precision, with KAN_REAL and KAN_NAME defined: the layer's splines, and a table of kernels.

/// The spline functions of a layer: one grid for each input, all of the same degree and number of intervals.
typedef struct {
  int inputs;
  int intervals;                 // G
  int degree;                    // k, 1 to 5
  int functions;                 // K = G + k, and 1 more with a base function
  int outside;                   // enum kan_outside
  int base;                      // enum kan_base
  int uniform;                   // every grid has equally wide intervals, the outer ones too
  const KAN_REAL *lower;         // a: [inputs]
  const KAN_REAL *upper;         // b: [inputs]
  const KAN_REAL *inverse_step;  // G / (b - a): [inputs]
  const KAN_REAL *knots;         // t: [inputs × (G + 2k + 1)]
} KAN_NAME(kan_spline);

/// The kernels, built for one instruction set.
typedef struct {
  /// Φ: [rows × count·K] = the functions of inputs first ..< first + count at x: [rows × count].
  void (*spline_values)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count, int64_t rows,
                  const KAN_REAL *x, int64_t x_stride, KAN_REAL *values, int64_t values_stride);
  /// Φ′: the same shape, derivatives by x.
  void (*spline_derivatives)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                  int64_t rows, const KAN_REAL *x, int64_t x_stride, KAN_REAL *derivatives,
                  int64_t derivatives_stride);
  /// dX: [rows × count] = Σₖ dΦ·f′ₖ(x).
  void (*spline_pull_back)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                  int64_t rows, const KAN_REAL *x, int64_t x_stride, const KAN_REAL *dvalues,
                  int64_t dvalues_stride, KAN_REAL *dx, int64_t dx_stride);

  /// Cells and the k+1 functions of points of one input: values[r·count + point] is function cells[point] + r.
  void (*spline_points)(const KAN_NAME(kan_spline) * spline, int64_t input, int64_t count, const KAN_REAL *x,
                        int64_t x_stride, int32_t *cells, KAN_REAL *values);
  /// Adds Σ w·f_j·f_{j+d}, d = 0 … k, to gram[j·gram_stride + d] and Σ w·f_j·y to sums: [functions × outputs].
  void (*spline_normal_equations)(const KAN_NAME(kan_spline) * spline, int64_t input, int64_t count, const KAN_REAL *x,
                                  int64_t x_stride, const double *weights, int64_t outputs, const KAN_REAL *y,
                                  int64_t y_stride, double *gram, int64_t gram_stride, double *sums);

  // The local products: the same, touching only rows of W whose functions are not 0. `scratch` has local_scratch
  // elements; tiles have at most 65,535 rows.

  /// Elements of scratch that local_backward needs for tiles of so many rows.
  int64_t (*local_scratch)(int64_t rows);
  /// Z = b + Φ(X)·W; x: [rows × inputs], weights: [inputs·K × columns], bias: [columns] and z: [rows × columns], the
  /// first columns of as many as there are outputs.
  void (*local_forward)(const KAN_NAME(kan_spline) * spline, int64_t rows, int64_t outputs, int64_t columns,
                        const KAN_REAL *x, int64_t x_stride, const KAN_REAL *weights, const KAN_REAL *bias, KAN_REAL *z);
  /// The numbers of a row of a panel, or 0 where dW of tiles of so many rows is formed from dZ itself.
  int64_t (*local_panel_width)(const KAN_NAME(kan_spline) * spline, int64_t rows, int64_t outputs);
  /// Copies dz: [rows × outputs] into panels of that width, each [rows × width], `panel_stride` apart, with zeros
  /// behind the last columns.
  void (*local_panels)(int64_t rows, int64_t outputs, const KAN_REAL *dz, KAN_REAL *panels, int64_t panel_stride);
  /// For inputs first ..< first + count: dW = Φᵀ·dZ, added to what is there, and dX = Σₖ (dZ·Wᵀ)·f′ₖ(X) unless dx is
  /// null. x and dx: [rows × count], weights and dweights: [count·K × outputs] of those inputs, dz: [rows × outputs],
  /// panels: its panels, or null.
  void (*local_backward)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count, int64_t rows,
                         int64_t outputs, const KAN_REAL *x, int64_t x_stride, const KAN_REAL *weights,
                         const KAN_REAL *dz, const KAN_REAL *panels, int64_t panel_stride, KAN_REAL *dweights,
                         KAN_REAL *dx, int64_t dx_stride, KAN_REAL *scratch);

  /// values = exp(values), in place; at most 4 ulp; infinite where exp is, and held above 0 where it is not normal.
  void (*exponentials)(int64_t count, KAN_REAL *values);

  /// y = f(z).
  void (*activation_values)(int activation, int64_t count, const KAN_REAL *z, KAN_REAL *y);
  /// dz = dy·f′(z), in place. `kept` is z for SiLU, and y = f(z) for the others.
  void (*activation_pull_back)(int activation, int64_t count, const KAN_REAL *kept, KAN_REAL *dy);

  /// Every row of z: [rows × columns] becomes `row`.
  void (*broadcast_row)(int64_t rows, int64_t columns, const KAN_REAL *row, KAN_REAL *z);
  /// sums: [columns] = Σ over the rows of z: [rows × columns].
  void (*column_sums)(int64_t rows, int64_t columns, const KAN_REAL *z, KAN_REAL *sums);
  /// y = (x - shift)·factor by columns; x and y: [rows × columns], the same place allowed.
  void (*scale_columns)(int64_t rows, int64_t columns, const KAN_REAL *x, const KAN_REAL *shift,
                  const KAN_REAL *factor, KAN_REAL *y);
  /// The first index whose value is infinite or NaN, or -1.
  int64_t (*first_non_finite)(int64_t count, const KAN_REAL *values);

  /// Σ (y - t)²; gradient = factor·(y - t), unless it is null.
  double (*squared_error)(int64_t count, const KAN_REAL *outputs, const KAN_REAL *targets, KAN_REAL factor,
                  KAN_REAL *gradient);
  /// Σ over rows of log Σⱼ exp(zⱼ) - z_label; gradient = factor·(softmax(z) - onehot(label)), unless it is null.
  double (*cross_entropy)(int64_t rows, int64_t columns, const KAN_REAL *logits, const int32_t *labels,
                  KAN_REAL factor, KAN_REAL *gradient);
  /// Rows become softmax(row), in place.
  void (*softmax)(int64_t rows, int64_t columns, KAN_REAL *logits);

  /// v = momentum·v + g + decay·p;  p -= rate·v.
  void (*sgd)(int64_t count, KAN_REAL *parameters, const KAN_REAL *gradients, KAN_REAL *velocity,
                  KAN_REAL rate, KAN_REAL momentum, KAN_REAL decay);
  /// m = β₁·m + (1-β₁)·g;  v = β₂·v + (1-β₂)·g²;  p -= shrink·p + rate·m / (√v·scale + ε).
  /// `rate` holds 1/(1-β₁ᵗ) and `scale` is 1/√(1-β₂ᵗ); `rest1` is 1-β₁ and `rest2` is 1-β₂, whose digits a float β
  /// has lost.
  void (*adamw)(int64_t count, KAN_REAL *parameters, const KAN_REAL *gradients, KAN_REAL *mean, KAN_REAL *variance,
                KAN_REAL rate, KAN_REAL beta1, KAN_REAL rest1, KAN_REAL beta2, KAN_REAL rest2, KAN_REAL scale,
                KAN_REAL epsilon, KAN_REAL shrink);

  /// Σ a·b, in double precision.
  double (*inner_product)(int64_t count, const KAN_REAL *a, const KAN_REAL *b);
  /// out = a + factor·b; out may be either.
  void (*add_scaled)(int64_t count, const KAN_REAL *a, KAN_REAL factor, const KAN_REAL *b, KAN_REAL *out);
} KAN_NAME(kan_kernels);

/// The table of an instruction set, or null where this processor does not have it.
const KAN_NAME(kan_kernels) *KAN_NAME(kan_kernels_for)(enum kan_instruction_set set);
