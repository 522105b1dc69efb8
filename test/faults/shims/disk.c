/* A disk that fails or is slow, for LD_PRELOAD: what fsync and fdatasync do.
   FAIL_FSYNC_ONCE_EXISTS  name of a file: from the moment that it exists they fail as on a bad disk, and add a byte to it
   FSYNC_DELAY_MS          so long each of them takes at least
   KILL_AT_FSYNC           the process is killed before its fsync of this number, counted from 1 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;

static long number(const char *name) {
  const char *text = getenv(name);
  return text == NULL ? 0 : atol(text);
}

static int is_broken(void) {
  const char *path = getenv("FAIL_FSYNC_ONCE_EXISTS");
  int broken = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND);
  if (broken < 0) return 0;
  ssize_t written = write(broken, "x", 1);
  (void)written;
  close(broken);
  return 1;
}

static int call(const char *name, int descriptor) {
  if (atomic_fetch_add(&calls, 1) + 1 == number("KILL_AT_FSYNC")) kill(getpid(), SIGKILL);
  if (is_broken()) {
    errno = EIO;
    return -1;
  }
  long delay_ms = number("FSYNC_DELAY_MS");
  struct timespec delay = {delay_ms / 1000, delay_ms % 1000 * 1000000};
  if (delay_ms > 0) nanosleep(&delay, NULL);
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(descriptor);
}

int fsync(int descriptor) { return call("fsync", descriptor); }
int fdatasync(int descriptor) { return call("fdatasync", descriptor); }
