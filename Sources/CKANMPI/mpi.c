#include "CKANMPI.h"

#ifdef KAN_MPI

// Where a system keeps the header of the MPI that is its default: on the compiler's path (CPATH), or in Debian's folder.
// That of MPICH looks for another one as if its folder were on the path, unless it is told to leave prototypes out.
#if __has_include(<mpi.h>)
#include <mpi.h>
#elif __has_include(<mpi/mpi.h>)
#define MPICH_SUPPRESS_PROTOTYPES
#include <mpi/mpi.h>
#if __has_include(<mpi/mpi_proto.h>)
#include <mpi/mpi_proto.h>
#endif
#else
#error "mpi.h not found: install libmpich-dev, or name its folder in CPATH and the library's in LIBRARY_PATH"
#endif

#include <sched.h>
#include <stdlib.h>
#include <string.h>

// Messages of MPI have up to 2^31 - 1 bytes.
#define LARGEST_MESSAGE (1L << 30)

static int is_running = 0;

int kan_mpi_start(void) {
  int provided;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (code != MPI_SUCCESS) return code;
  is_running = 1;
  return MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

int kan_mpi_is_running(void) { return is_running; }

int kan_mpi_rank(void) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int kan_mpi_ranks(void) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

// The library polls while it waits. Where there are more ranks than cores, the one that is waited for may need this
// core, so that it is given away after some microseconds of polling.
static int wait_for(MPI_Request *request) {
  for (int poll = 0;; poll++) {
    int is_done;
    int code = MPI_Test(request, &is_done, MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS || is_done) return code;
    if (poll > 100) sched_yield();
  }
}

int kan_mpi_exchange(int partner, const void *sent, long sent_bytes, void *received, long received_bytes) {
  while (sent_bytes > 0 || received_bytes > 0) {
    int outgoing = (int)(sent_bytes < LARGEST_MESSAGE ? sent_bytes : LARGEST_MESSAGE);
    int incoming = (int)(received_bytes < LARGEST_MESSAGE ? received_bytes : LARGEST_MESSAGE);
    MPI_Request requests[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
    int code = MPI_SUCCESS;
    if (incoming > 0) code = MPI_Irecv(received, incoming, MPI_BYTE, partner, 0, MPI_COMM_WORLD, &requests[0]);
    if (code == MPI_SUCCESS && outgoing > 0)
      code = MPI_Isend(sent, outgoing, MPI_BYTE, partner, 0, MPI_COMM_WORLD, &requests[1]);
    for (int place = 0; place < 2 && code == MPI_SUCCESS; place++) code = wait_for(&requests[place]);
    if (code != MPI_SUCCESS) return code;
    sent = (const char *)sent + outgoing;
    received = (char *)received + incoming;
    sent_bytes -= outgoing;
    received_bytes -= incoming;
  }
  return MPI_SUCCESS;
}

void kan_mpi_abort(int code) {
  MPI_Abort(MPI_COMM_WORLD, code);
  _Exit(code);
}

void kan_mpi_finish(void) {
  is_running = 0;
  MPI_Finalize();
}

static void copy(const char *from, int length, char *text) {
  if (length > 511) length = 511;
  memcpy(text, from, (size_t)length);
  text[length] = 0;
}

void kan_mpi_error_text(int code, char *text) {
  char own[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, own, &length);
  copy(own, length, text);
}

void kan_mpi_library(char *text) {
  char own[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(own, &length);
  copy(own, length, text);
}

#endif
