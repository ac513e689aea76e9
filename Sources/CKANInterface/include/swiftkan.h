/// The engine's functions for other languages: C, C++, and whatever calls C.
///
/// Handles. Tables, models and sessions are freed by the function of their name, which lets NULL be. A freed handle must not
/// be used again. A model or a session keeps nothing of what it was made of: that may be freed or changed at once.
///
/// Errors. A function that can fail returns a status, `SWIFTKAN_OK` for success. Otherwise it sets `*message` to a text,
/// which `swiftkan_free` frees; on success `*message` is left as it is, so set it to NULL before. Models,
/// sessions and texts that would have been returned through pointers are then not set; arrays for results may have been
/// written in part.
///
///     char *message = NULL;
///     swiftkan_model *model = NULL;
///     if (swiftkan_load("houses.safetensors", &model, &message)) {
///       fprintf(stderr, "%s\n", message);
///       swiftkan_free(message);
///       return 1;
///     }
///     double x[1][2] = {{0.5, 2}}, y[1][1];  // one row of two inputs, one output
///     swiftkan_array in = {x, 1, 2, sizeof x[0], sizeof x[0][0], SWIFTKAN_FLOAT64};
///     swiftkan_array out = {y, 1, 1, sizeof y[0], sizeof y[0][0], SWIFTKAN_FLOAT64};
///     if (swiftkan_predict(model, &in, &out, 0, NULL)) return 1;
///     swiftkan_model_free(model);
///
/// Arguments that may be NULL: `message`, `options` (as "{}"), `report` and its `context`, `result`, `deviation`, and what
/// a function says. For others NULL is `SWIFTKAN_USAGE`.
///
/// Texts are UTF-8 and end with a 0, paths too. Those given are copied before the function returns; those returned through
/// a `char **` are the caller's, to be freed by `swiftkan_free`, never by `free`, which may be another library's. Structured
/// ones are JSON, with null for numbers that are not finite. Keys of `options` that are not known are ignored.
///
/// Threads. Every function may be called from any thread. One model or table may be read by several threads at once;
/// whoever changes, trains or frees it has it alone: those are the functions that take it without `const`. A session
/// belongs to one thread at a time. `threads` is how many threads a call computes with, its own among them; 0 is what
/// `swiftkan_threads` returns. The child of a fork may go on to use models, with threads of its own, but no session.
///
/// No function prints, sets a signal handler or, on its own account, ends the process. As ever in C, that does not hold for
/// handles that are none and arrays whose memory is shorter than they say; and where the system has no memory left a
/// call may end the process instead of failing.
#ifndef SWIFTKAN_H
#define SWIFTKAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Changes with every change of this header that programs have to be compiled anew for. A program that finds the library at
/// run time compares it with `swiftkan_interface` first.
enum { SWIFTKAN_INTERFACE = 1 };

/// What a status means. The same numbers are exit codes of the command-line tool.
enum {
  SWIFTKAN_OK = 0,
  SWIFTKAN_USAGE = 64,       // an argument is not what it should be
  SWIFTKAN_DATA = 65,        // rows, a table or a model cannot be used
  SWIFTKAN_NO_INPUT = 66,    // there is no such file
  SWIFTKAN_INTERNAL = 70,    // a fault of the library
  SWIFTKAN_CANNOT_CREATE = 73,  // a file cannot be created or replaced
  SWIFTKAN_INPUT_OUTPUT = 74,  // reading or writing failed
};

/// Numbers of an array.
enum { SWIFTKAN_FLOAT32 = 0, SWIFTKAN_FLOAT64 = 1 };

typedef struct swiftkan_table swiftkan_table;      // columns with names
typedef struct swiftkan_model swiftkan_model;      // a network with its scalings, names and record
typedef struct swiftkan_session swiftkan_session;  // a network with the memory of its passes

/// A matrix in the caller's memory, [rows × columns]; a vector has one column. The memory is used during the call alone.
///
/// Strides are the bytes from one row or column to the next, of any sign; they have no default, and 0 takes the same row or
/// column again. Arrays that are read may have any strides and alignment: row-major ones without gaps in the model's own
/// precision are used as they are, others are copied. An array for results may have either precision, and has to be
/// row-major without gaps (`column_stride` the size of a number, `row_stride` that times `columns`) and aligned to its
/// numbers. It is written to although the struct is `const`, and must not overlap an array that is read.
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

/// Called now and then during a training, by one thread at a time, which may be another than the caller's; 0 goes on,
/// anything else ends the training with what it has so far, which is a success. It must not use the model in training,
/// nor leave by `longjmp` or an exception. `context` is what the function was given.
typedef int32_t (*swiftkan_report)(const swiftkan_progress *progress, void *context);

// Library

/// `SWIFTKAN_INTERFACE` of the library.
int32_t swiftkan_interface(void);
/// The bytes of `swiftkan_array` (0) and `swiftkan_progress` (1) as the library was built; -1 for other numbers.
int64_t swiftkan_struct_size(int32_t which);
/// Frees a text, or bytes, that a function has returned; nothing for NULL.
void swiftkan_free(void *memory);
/// The threads that 0 stands for where a function takes a number of threads: the cores that this process may use, by its
/// affinity, control group and `OMP_NUM_THREADS`.
int64_t swiftkan_threads(void);

// Tables

/// An empty table; the first column decides how many rows there are, and names of columns differ. Columns are copied.
swiftkan_table *swiftkan_table_make(void);
void swiftkan_table_free(swiftkan_table *table);
/// Adds a column of numbers, [rows × 1]; NaN and infinities are gaps. `kind` is 0 for numbers and 1 for times, in seconds
/// since 1970 (UTC).
int32_t swiftkan_table_add_numbers(
    swiftkan_table *table, const char *name, const swiftkan_array *values, int32_t kind, char **message);
/// Adds a column of texts: `rows` many `codes`, each a place in `levels` from 0 on, or -1 for a gap; `levels` is a JSON array
/// of texts that differ, such as ["no", "yes"].
int32_t swiftkan_table_add_texts(
    swiftkan_table *table, const char *name, const int32_t *codes, int64_t rows, const char *levels, char **message);

// Models

/// Trains a network that the table's own columns suggest, as `kan train` does. `model` gets the network, `result` a JSON
/// object that tells what was chosen, and why.
///
/// `options` is a JSON object; all keys may be missing: `targets` (the last column), `inputs`, `ignored`, `categorical`
/// (names), `weights` (a column), `task` ("regression", "classification"), `holdout` (0.2; 0 for none, and then there are
/// no intervals), `effort` ("fast", "best", or "additive" for no networks), `grid`, `knots` ("data", "even"), `seed`,
/// `starts`, `loss`, `quantile`, `delta`, `class_weight` ("balanced", "none"), `monotone` (an object of 1 and -1 by name),
/// `precision` ("float", "double"), `threads`.
int32_t swiftkan_fit(
    const swiftkan_table *table, const char *options, swiftkan_report report, void *context, swiftkan_model **model,
    char **result, char **message);
/// An untrained network. `description` is a JSON object: `layers`, an array of objects with `basis` ("spline", "linear",
/// "chebyshev", "gaussian" and the other kinds), `inputs`, `outputs`, `grid`, `degree`, `products` and `activation`, and of
/// splines `knots` of each input, `outside` ("linear", "clamp", "base") and `base` ("silu", "identity", "none");
/// `seed`; `precision`; `ranges`, an array of pairs or one pair, which the first grid covers.
int32_t swiftkan_network(const char *description, swiftkan_model **model, char **message);
/// Reads a model file. Files may come from strangers: what cannot be used is `SWIFTKAN_DATA`.
int32_t swiftkan_load(const char *path, swiftkan_model **model, char **message);
/// The model of a file's bytes, which may be freed afterwards.
int32_t swiftkan_decode(const void *bytes, int64_t count, swiftkan_model **model, char **message);
/// Writes a model file, whole or not at all: until it is complete the path has its old contents.
int32_t swiftkan_save(const swiftkan_model *model, const char *path, char **message);
/// The bytes that `swiftkan_save` writes, `count` of them, which `swiftkan_free` frees.
int32_t swiftkan_encode(const swiftkan_model *model, void **bytes, int64_t *count, char **message);
/// A model of its own with the same parameters.
int32_t swiftkan_copy(const swiftkan_model *model, swiftkan_model **copy, char **message);
void swiftkan_model_free(swiftkan_model *model);
/// Layers, columns, classes, precision, number of parameters, and whether there are intervals, as JSON.
int32_t swiftkan_describe(const swiftkan_model *model, char **description, char **message);
/// What is needed with every call: `sizes` gets the numbers of inputs, outputs (of classes, where those are predicted) and
/// parameters, and the type of the parameters, `SWIFTKAN_FLOAT32` or `SWIFTKAN_FLOAT64`.
int32_t swiftkan_sizes(const swiftkan_model *model, int64_t sizes[4]);

/// The network's answer to each row: x [rows × in], y [rows × out], in the units of the training; for classes their
/// probabilities. The columns of x are the network's inputs, in the order of `inputs` in its description: where a training
/// has made several of one column, of a text for instance, `swiftkan_predict_table` is the one to call.
int32_t swiftkan_predict(
    const swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *y, int64_t threads, char **message);
/// The same for the rows of a table, in its units: y [rows × out], of which double precision holds times exactly. Columns
/// are found by name; others are passed over.
int32_t swiftkan_predict_table(
    const swiftkan_model *model, const swiftkan_table *table, const swiftkan_array *y, int64_t threads, char **message);
/// The ends of the intervals that hold a share `level`, between 0 and 1, of fresh targets: [rows × out] each.
/// `SWIFTKAN_DATA` for a model without intervals.
int32_t swiftkan_intervals(
    const swiftkan_model *model, const swiftkan_table *table, double level, const swiftkan_array *lower,
    const swiftkan_array *upper, int64_t threads, char **message);

// Parameters and derivatives, for models of numbers. Outputs are those before the loss's link: logits for classes.

/// Copies all parameters out (`set` 0) or in (1): [parameters × 1].
int32_t swiftkan_parameters(swiftkan_model *model, const swiftkan_array *values, int32_t set, char **message);
/// y [rows × out]
int32_t swiftkan_forward(
    const swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *y, int64_t threads, char **message);
/// The gradients of Σ dy·y for dy [rows × out]: dx [rows × in], dp [parameters × 1]; both are wanted.
int32_t swiftkan_vjp(
    const swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *dy, const swiftkan_array *dx,
    const swiftkan_array *dp, int64_t threads, char **message);
/// J[row, out, in] = ∂y/∂x: [rows·out × in]
int32_t swiftkan_jacobian(
    const swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *jacobian, int64_t threads,
    char **message);
/// The curve of an edge at some places of its input, in the layer's units: [points × 1] each. Layers, inputs and outputs
/// are counted from 0.
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
/// Trains a fitted model further on a table with the same columns and classes. `options` are those of `swiftkan_train` and
/// `weights`, the name of a column of the table; with `patience` a tenth of the rows judges the epochs.
int32_t swiftkan_train_table(
    swiftkan_model *model, const swiftkan_table *table, const char *options, swiftkan_report report, void *context,
    char **result, char **message);
/// Fits the last layer's coefficients by least squares, for a model of numbers; `weights` may be NULL. `smoothing` is the
/// strength of the penalty on rough curves, 0 for none; below 0 the rows choose it.
int32_t swiftkan_fit_last_layer(
    swiftkan_model *model, const swiftkan_array *x, const swiftkan_array *y, const swiftkan_array *weights,
    double smoothing, int64_t threads, char **message);

/// A network with the memory of its forward and backward passes, for up to `rows` rows at once. It has a copy of the model's
/// parameters as they are now, and does not change the model. Outputs are those before the loss's link.
int32_t swiftkan_session_make(
    const swiftkan_model *model, int64_t rows, int64_t threads, swiftkan_session **session, char **message);
void swiftkan_session_free(swiftkan_session *session);
/// y [rows × out] of x [rows × in] with the parameters p [parameters × 1], which the session keeps, or with those it has if
/// `p` is NULL. `p` has the model's precision and no gaps.
int32_t swiftkan_session_forward(
    swiftkan_session *session, const swiftkan_array *p, const swiftkan_array *x, const swiftkan_array *y,
    char **message);
/// dp [parameters × 1] and dx [rows × in], each unless NULL, from dy [rows × out], of the last forward pass, which has to
/// have been one. Gradients are set, not added to.
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
