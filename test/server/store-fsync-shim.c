/* Makes fsync and fdatasync fail as a bad disk does, from the moment that a file of the name in FAIL_FSYNC_ONCE_EXISTS exists;
   each failure adds a byte to that file. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int call(const char *name, int descriptor) {
  const char *path = getenv("FAIL_FSYNC_ONCE_EXISTS");
  int broken = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND);
  if (broken >= 0) {
    ssize_t written = write(broken, "x", 1);
    (void)written;
    close(broken);
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(descriptor);
}

int fsync(int descriptor) { return call("fsync", descriptor); }
int fdatasync(int descriptor) { return call("fdatasync", descriptor); }
