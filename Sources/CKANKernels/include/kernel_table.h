// Included once for each precision, with KAN_REAL and KAN_NAME defined: what kernels are given, and a table of them.

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

/// Where an evaluation goes. For input i of the call and row p, the cell is cells[i·cell_stride + p], and the r-th of n
/// functions stands at [i·input_stride + r·function_stride + p] of values, slopes and seconds (derivatives by x).
typedef struct {
  int32_t *cells;
  KAN_REAL *values, *slopes, *seconds;
  int64_t cell_stride, input_stride, function_stride;
  int64_t row_capacity;  // rows that may be written: a last vector is filled with anything
} KAN_NAME(kan_points);

/// What a contraction is fed: cells, and one number for each of the n functions of a point: values, slopes, or either
/// times a number of the point. Laid out as kan_points, of which it may be the very memory.
///
/// Function r of input i of a point in cell c has the coefficients W[i·K + c + r], and the fixed one W[i·K + K - 1].
typedef struct {
  int64_t inputs;     // at most 8, but for a forward contraction of one row
  int64_t rows;       // at most 65,535
  int64_t functions;  // n, the fixed one among them
  int64_t fixed;      // 1 if the last of the n is the last of the K whatever the cell is
  int64_t stored;     // K
  int64_t cells;      // of an input
  int sums_to_1;      // values: those of the cell's functions sum to 1; slopes: to 0
  const int32_t *cell;
  const KAN_REAL *value;
  int64_t cell_stride, input_stride, function_stride;  // input_stride: n·function_stride, but for one row
} KAN_NAME(kan_block);

/// The layout of a sparse row of a Jacobian: runs of neighbouring parameters that begin elsewhere in each row, and
/// derivatives by parameters that are the same in all rows.
typedef struct {
  int64_t runs;
  const int32_t *places, *lengths;  // of the runs within a row
  int64_t width;                    // from a row to the next
  int64_t common, common_place;     // how many are by the same parameters, and where they stand
} KAN_NAME(kan_sparse_rows);

/// The kernels, built for one instruction set. What stands before each in CKANKernels/ holds for all of them: no
/// alignment is asked for, nothing is written but what is named here, and only the values of a block are read up to 15
/// numbers behind its rows.
typedef struct {
  // evaluate.h

  /// Cells, values and, by order, slopes (1) and second derivatives (2) of inputs first ..< first + count at
  /// x: [rows × count].
  void (*spline_evaluate)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count, int64_t rows,
                          const KAN_REAL *x, int64_t x_stride, int order, const KAN_NAME(kan_points) * to);

  // forward.h

  /// Z = start + Φ·W for one block of inputs; start: rows `start_stride` apart, and 0 apart if all rows have the same;
  /// W: [inputs·K × columns], rows `w_stride` apart; z: [rows × columns]. `following` inputs come behind these in W,
  /// and their rows are prefetched if W is large.
  void (*forward)(const KAN_NAME(kan_block) * block, int64_t columns, int64_t following, const KAN_REAL *W,
                  int64_t w_stride, const KAN_REAL *start, int64_t start_stride, KAN_REAL *z, int64_t z_stride);

  // order.h, weights.h and inputs.h: for one block and rows of dZ: [rows × outputs] without gaps

  /// Numbers of scratch that the three below need for blocks of so many rows.
  int64_t (*scratch)(int64_t rows);
  /// Notes in scratch which rows are in which cell: comes before `weights` and `inputs`, which share it.
  void (*order)(const KAN_NAME(kan_block) * block, int64_t outputs, KAN_REAL *scratch);
  /// dW: [inputs·K × outputs] += Φᵀ·dZ; panels: those of dZ, `panel_stride` apart, or null.
  void (*weights)(const KAN_NAME(kan_block) * block, int64_t outputs, const KAN_REAL *dz, const KAN_REAL *panels,
                  int64_t panel_stride, KAN_REAL *dw, KAN_REAL *scratch);
  /// dX: [rows × inputs] = Σ slope·(dZ·Wᵀ); W: [inputs·K × outputs].
  void (*inputs)(const KAN_NAME(kan_block) * slopes, int64_t outputs, const KAN_REAL *dz, const KAN_REAL *W,
                 KAN_REAL *dx, int64_t dx_stride, KAN_REAL *scratch);
  /// The numbers of a row of a panel, or 0 where dW of such blocks is formed from dZ itself.
  int64_t (*panel_width)(const KAN_NAME(kan_block) * block, int64_t outputs);
  /// Copies dz: [rows × outputs] into panels of that width, each [rows × width], `panel_stride` apart, with zeros
  /// behind the last columns.
  void (*panels)(int64_t rows, int64_t outputs, const KAN_REAL *dz, KAN_REAL *panels, int64_t panel_stride);

  // outer.h

  /// Adds JᵀJ and Jᵀr of sparse rows of J, those rows of h and g that belong to run `own`: its products with the runs up
  /// to and including it to h: [parameters × parameters], with the common derivatives to side: [parameters × common].
  void (*outer_products)(const KAN_NAME(kan_sparse_rows) * shape, int64_t own, int64_t rows, const int32_t *starts,
                         const KAN_REAL *values, const KAN_REAL *residuals, KAN_REAL *h, int64_t h_stride,
                         KAN_REAL *side, int64_t side_stride, KAN_REAL *g);

  // refit.h

  /// Adds Σ w·f_j·f_{j+d}, d < n, to gram[j·gram_stride + d] and Σ w·f_j·y to sums: [functions × outputs], of points whose n
  /// functions have been evaluated: function cells[p] + r at point p is values[r·stride + p]; weights may be null for 1.
  void (*normal_equations)(int64_t points, int64_t n, const int32_t *cells, const KAN_REAL *values, int64_t stride,
                           const double *weights, int64_t outputs, const KAN_REAL *y, int64_t y_stride, double *gram,
                           int64_t gram_stride, double *sums);

  // elementwise.h

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
  /// p = before + (I + ρ·DᵀD)⁻ᵐ·(p - before), m = solves, for all columns at once: p, before: [rows × columns]. D takes
  /// differences of neighbouring rows; q = 1/d and c = ρ/d with the pivots d of elimination from the first row: [rows].
  void (*smooth_steps)(int64_t rows, int64_t columns, int64_t solves, const KAN_REAL *q, const KAN_REAL *c,
                       const KAN_REAL *before, KAN_REAL *p);
} KAN_NAME(kan_kernels);

/// The table of an instruction set, or null where this processor does not have it.
const KAN_NAME(kan_kernels) *KAN_NAME(kan_kernels_for)(enum kan_instruction_set set);

/// The plain twins of evaluation and contractions, ten lines each; null for the rest of the table.
const KAN_NAME(kan_kernels) *KAN_NAME(kan_plain_kernels)(void);
