/// The engine's functions for other languages: C, C++, and whatever calls C.
///
/// Objects are handles, freed by the function of their name. A function that can fail returns a status, 0 for success, and
/// puts a text into `message`, which `swiftkan_free` frees; `message` may be NULL. What it returns through pointers is then
/// unchanged. Texts are UTF-8 and end with a 0; structured ones are JSON, with null for numbers that are not finite.
///
/// Every function may be called from any thread. One model may be read by several threads at once; whoever changes it
/// has it alone, and a session belongs to one thread at a time. No function prints, sets a signal handler or ends the
/// process.
#ifndef SWIFTKAN_H
#define SWIFTKAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Changes with every change of this header that programs have to know. Compare with `swiftkan_interface`.
enum { SWIFTKAN_INTERFACE = 1 };

/// What a status means. The same numbers are exit codes of the command-line tool.
enum {
  SWIFTKAN_OK = 0,
  SWIFTKAN_USAGE = 64,       // an argument is not what it should be
  SWIFTKAN_DATA = 65,        // rows, a table or a model cannot be used
  SWIFTKAN_NO_INPUT = 66,    // there is no such file
  SWIFTKAN_INTERNAL = 70,    // a fault of the library
  SWIFTKAN_CANNOT_CREATE = 73,
  SWIFTKAN_INPUT_OUTPUT = 74,  // reading or writing failed
};

/// Numbers of an array.
enum { SWIFTKAN_FLOAT32 = 0, SWIFTKAN_FLOAT64 = 1 };

typedef struct swiftkan_table swiftkan_table;      // columns with names
typedef struct swiftkan_model swiftkan_model;      // a network with its scalings, names and record
typedef struct swiftkan_session swiftkan_session;  // a network with the memory of its passes

/// A matrix in the caller's memory, [rows × columns]; a vector has one column. Strides are in bytes. Row-major arrays
/// without gaps in the model's own precision are used as they are, others are copied. Results have to be row-major
/// without gaps.
typedef struct {
  void *data;
  int64_t rows, columns;
  int64_t row_stride, column_stride;
  int32_t type;  // SWIFTKAN_FLOAT32 or SWIFTKAN_FLOAT64
} swiftkan_array;

/// How far a training is.
typedef struct {
  const char *part;      // what is being trained; valid during the call
  int64_t done, count;   // epochs, or fits of this part
  double loss;           // NaN before there is one
  double validation;     // loss on validation rows after an epoch; NaN without
  double seconds_left;   // NaN before there is an estimate
  int32_t ends_epoch;    // 1 after the last step of an epoch
} swiftkan_progress;

/// Called now and then during a training, by one thread at a time; 0 goes on, 1 ends the training with what it has so far.
typedef int32_t (*swiftkan_report)(const swiftkan_progress *progress, void *context);

// Library

/// `SWIFTKAN_INTERFACE` of the library.
int32_t swiftkan_interface(void);
/// The bytes of `swiftkan_array` (0) and `swiftkan_progress` (1) as the library was built; -1 for other numbers.
int64_t swiftkan_struct_size(int32_t which);
/// Frees a text, or bytes, that a function has returned. NULL is let be.
void swiftkan_free(void *memory);
/// The threads that 0 stands for where a function takes a number of threads: the cores that this process may use, by its
/// affinity, control group and `OMP_NUM_THREADS`.
int64_t swiftkan_threads(void);

// Tables

/// An empty table; the first column decides how many rows there are.
swiftkan_table *swiftkan_table_make(void);
void swiftkan_table_free(swiftkan_table *table);
/// Adds a column of numbers, NaN for a gap. `kind` is 0 for numbers and 1 for times, in seconds since 1970 (UTC).
int32_t swiftkan_table_add_numbers(
    swiftkan_table *table, const char *name, const swiftkan_array *values, int32_t kind, char **message);
/// Adds a column of texts: `codes` index into `levels`, a JSON array of different texts; -1 for a gap.
int32_t swiftkan_table_add_texts(
    swiftkan_table *table, const char *name, const int32_t *codes, int64_t rows, const char *levels, char **message);

// Models

/// Trains a network that the table's own columns suggest, as `kan train` does. `result` gets what was chosen, and why.
///
/// `options` is a JSON object; all keys may be missing: `targets` (the last column), `inputs`, `ignored`, `categorical`
/// (names), `weights` (a column), `task` ("regression", "classification"), `holdout` (0.2; 0 for none, and then there are
/// no intervals), `effort` ("fast", "best", or "additive" for no networks), `grid`, `knots` ("data", "even"), `seed`,
/// `starts`, `loss`, `quantile`, `delta`, `class_weight` ("balanced"), `monotone` (an object of 1 and -1 by name),
/// `precision` ("float", "double"), `threads`.
int32_t swiftkan_fit(
    const swiftkan_table *table, const char *options, swiftkan_report report, void *context, swiftkan_model **model,
    char **result, char **message);
/// An untrained network. `description` is a JSON object: `layers`, an array of objects with `basis` ("spline", "linear",
/// "chebyshev", "gaussian" and the other kinds), `inputs`, `outputs`, `grid`, `degree`, `products` and `activation`, and of
/// splines `knots` of each input, `outside` ("linear", "clamp", "base") and `base` ("silu", "identity", "none");
/// `seed`; `precision`; `ranges`, an array of pairs or one pair, which the first grid covers.
int32_t swiftkan_network(const char *description, swiftkan_model **model, char **message);
int32_t swiftkan_load(const char *path, swiftkan_model **model, char **message);
int32_t swiftkan_decode(const void *bytes, int64_t count, swiftkan_model **model, char **message);
int32_t swiftkan_save(const swiftkan_model *model, const char *path, char **message);
/// The bytes that `swiftkan_save` writes.
int32_t swiftkan_encode(const swiftkan_model *model, void **bytes, int64_t *count, char **message);
int32_t swiftkan_copy(const swiftkan_model *model, swiftkan_model **copy, char **message);
void swiftkan_model_free(swiftkan_model *model);
/// Layers, columns, classes, precision, number of parameters, and whether there are intervals, as JSON.
int32_t swiftkan_describe(const swiftkan_model *model, char **description, char **message);
/// What is needed with every call: `sizes` gets inputs, outputs, parameters, and the type of the numbers.
int32_t swiftkan_sizes(const swiftkan_model *model, int64_t sizes[4]);

/// The network's answer to each row: x [rows × in], y [rows × out].
int32_t swiftkan_predict(
    const swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *y, int64_t threads, char **message);
/// The same for the rows of a table, in its units: y [rows × out] of double precision.
int32_t swiftkan_predict_table(
    const swiftkan_model *model, const swiftkan_table *table, const swiftkan_array *y, int64_t threads, char **message);
/// The ends of the intervals that hold a share `level` of fresh targets: [rows × out] each, of double precision.
int32_t swiftkan_intervals(
    const swiftkan_model *model, const swiftkan_table *table, double level, const swiftkan_array *lower,
    const swiftkan_array *upper, int64_t threads, char **message);

// Parameters and derivatives, for models of numbers. Outputs are those before the loss's link: logits for classes.

/// Copies all parameters out (`set` 0) or in (1): [parameters × 1].
int32_t swiftkan_parameters(swiftkan_model *model, const swiftkan_array *values, int32_t set, char **message);
/// y [rows × out]
int32_t swiftkan_forward(
    const swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *y, int64_t threads, char **message);
/// The gradients of Σ dy·y: dx [rows × in], dp [parameters × 1].
int32_t swiftkan_vjp(
    const swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *dy, const swiftkan_array *dx,
    const swiftkan_array *dp, int64_t threads, char **message);
/// J[row, out, in] = ∂y/∂x: [rows·out × in]
int32_t swiftkan_jacobian(
    const swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *jacobian, int64_t threads,
    char **message);
/// The curve of an edge at some places of its input, in the layer's units: [points × 1] each.
int32_t swiftkan_curve(
    const swiftkan_model *model, int64_t layer, int64_t input, int64_t output, const swiftkan_array *places,
    const swiftkan_array *values, char **message);

// Training

/// Trains a network on rows: x [rows × in]; y [rows × out], or for classes [rows × 1] of their numbers from 0; `weights`
/// [rows × 1] or NULL; the same for validation, or NULL. `options` is a JSON object: `method` ("adam", "sgd", "lbfgs",
/// "lm"), `learning_rate`, `weight_decay`, `epochs`, `batch`, `schedule` ("constant", "cosine", "one-cycle"), `patience`,
/// `seed`, `resume`, `grids`, `task`, `loss`, `quantile`, `delta`, `sparsity`, `entropy`, `threads`. `result` gets the
/// history. A training that fails leaves the network of its last good epoch.
int32_t swiftkan_train(
    swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *y, const swiftkan_array *weights,
    const swiftkan_array *validation_x, const swiftkan_array *validation_y, const char *options, swiftkan_report report,
    void *context, char **result, char **message);
/// Trains a fitted model further on a table with the same columns and classes.
int32_t swiftkan_train_table(
    swiftkan_model *model, const swiftkan_table *table, const char *options, swiftkan_report report, void *context,
    char **result, char **message);
/// Fits the last layer's coefficients by least squares. `smoothing` below 0 chooses it.
int32_t swiftkan_fit_last_layer(
    swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *y, const swiftkan_array *weights,
    double smoothing, int64_t threads, char **message);

/// A network with the memory of its forward and backward passes, for up to `rows` rows at once. Outputs are those before
/// the loss's link.
int32_t swiftkan_session_make(
    const swiftkan_model *model, int64_t rows, int64_t threads, swiftkan_session **session, char **message);
void swiftkan_session_free(swiftkan_session *session);
/// y [rows × out] of x [rows × in] with the parameters p [parameters × 1], or those it has if NULL.
int32_t swiftkan_session_forward(
    swiftkan_session *session, const swiftkan_array *p, const swiftkan_array *x, const swiftkan_array *y,
    char **message);
/// dp [parameters × 1] and dx [rows × in], each unless NULL, from dy [rows × out], of the last forward pass.
int32_t swiftkan_session_backward(
    swiftkan_session *session, const swiftkan_array *dy, const swiftkan_array *dx, const swiftkan_array *dp,
    char **message);

// Looking into a model, and changing it. Tables have the columns of the training.

/// What each column contributes to an output, on the rows of a table: a JSON object. Below 0 the output is the first one,
/// or the last class.
int32_t swiftkan_explain(
    const swiftkan_model *model, const swiftkan_table *table, int64_t output, int64_t threads, char **result,
    char **message);
/// The share of each column in what passes through the network on the rows of a table: a JSON object by name.
int32_t swiftkan_importances(
    const swiftkan_model *model, const swiftkan_table *table, int64_t threads, char **result, char **message);
/// Formulas for a network, from simple to accurate, judged by a table with its targets: a JSON object.
int32_t swiftkan_formula(
    const swiftkan_model *model, const swiftkan_table *table, int64_t threads, char **result, char **message);
/// The network as a picture in SVG, of what the rows of a table do in it unless that is NULL.
int32_t swiftkan_plot(
    const swiftkan_model *model, const swiftkan_table *table, const char *title, int64_t threads, char **svg,
    char **message);
/// One page of pictures in HTML, on a table with its targets.
int32_t swiftkan_report_page(
    const swiftkan_model *model, const swiftkan_table *table, const char *title, int64_t threads, char **html,
    char **message);
/// Moves all grids to finer ones and keeps the outputs on the rows; `deviation` gets the largest change of one.
int32_t swiftkan_refine(
    swiftkan_model *model, const swiftkan_table *table, int64_t grid, int64_t threads, double *deviation,
    char **message);
/// A model without edges that do not matter, trained further on a table with its targets. `options` is a JSON object: one
/// of `threshold` (0.01), `edges`, `inputs` and `nodes` says how much is left; `epochs` (20), `threads`.
int32_t swiftkan_prune(
    const swiftkan_model *model, const swiftkan_table *table, const char *options, swiftkan_report report, void *context,
    swiftkan_model **pruned, char **result, char **message);

#ifdef __cplusplus
}
#endif

#endif
