// MPI in ten functions with plain types, since its own are macros and differ from library to library. Without the
// package trait MPI they are declared and not there.

#ifndef CKANMPI_H
#define CKANMPI_H

/// Starts MPI; 0, or MPI's code of the error. To be called once, and by one thread alone as all that follow.
int kan_mpi_start(void);
/// Whether `kan_mpi_start` has been called and `kan_mpi_finish` has not.
int kan_mpi_is_running(void);
int kan_mpi_rank(void);
int kan_mpi_ranks(void);
/// Sends to a rank and receives from it, both at once; 0 or MPI's code of the error. The partner does the same with the
/// sizes the other way round.
int kan_mpi_exchange(int partner, const void *sent, long sent_bytes, void *received, long received_bytes);
/// Ends all ranks.
void kan_mpi_abort(int code);
/// Ends MPI, after all ranks have called it.
void kan_mpi_finish(void);
/// The text of an error, up to 512 bytes with the 0 at its end.
void kan_mpi_error_text(int code, char *text);
/// The library and its version, up to 512 bytes with the 0 at its end.
void kan_mpi_library(char *text);

#endif
