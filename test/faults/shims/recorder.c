/* Records what a process does to the files of one folder, for LD_PRELOAD: RECORD_FOLDER names it, RECORD_LOG the log. An entry is
     kind (u8: 1 write, 2 truncate, 3 sync, 4 remove), length of the name (u8), offset or size (u64), length of the data (u32), name,
     data
   in the byte order of the machine; the name of the folder itself is ".". It also says that little is free on the disk, so that the store writes its log back often. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

enum kind { WRITE = 1, TRUNCATE = 2, SYNC = 3, REMOVE = 4 };

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static const char *folder;

__attribute__((constructor)) static void open_log(void) {
  folder = getenv("RECORD_FOLDER");
  const char *path = getenv("RECORD_LOG");
  if (folder != NULL && path != NULL) log_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The name below the folder; NULL for everything elsewhere. */
static const char *name_in(const char *path) {
  size_t length = folder == NULL ? 0 : strlen(folder);
  if (log_file < 0 || strncmp(path, folder, length) != 0) return NULL;
  if (path[length] == 0) return ".";
  return path[length] == '/' ? path + length + 1 : NULL;
}

/* The same of what is open as this descriptor. */
static const char *name_of(int descriptor, char *path, size_t size) {
  char link[64];
  if (log_file < 0) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  return name_in(path);
}

static void put(const void *bytes, size_t length) {
  ssize_t (*real_write)(int, const void *, size_t) = REAL(ssize_t (*)(int, const void *, size_t), "write");
  if (real_write(log_file, bytes, length) != (ssize_t)length) abort();
}

static void record(enum kind kind, const char *name, uint64_t offset, const void *data, uint32_t length) {
  struct __attribute__((packed)) { uint8_t kind, name_length; uint64_t offset; uint32_t length; } head =
      {(uint8_t)kind, (uint8_t)strlen(name), offset, length};
  put(&head, sizeof head);
  put(name, head.name_length);
  if (length > 0) put(data, length);
}

/* Where a write without an offset goes. */
static off_t position(int descriptor) {
  if ((fcntl(descriptor, F_GETFL) & O_APPEND) != 0) return lseek(descriptor, 0, SEEK_END);
  return lseek(descriptor, 0, SEEK_CUR);
}

static ssize_t record_write(int descriptor, const void *data, size_t length, off_t offset, int has_offset) {
  char path[4096];
  const char *name = name_of(descriptor, path, sizeof path);
  if (name != NULL) pthread_mutex_lock(&order);
  off_t at = has_offset ? offset : name == NULL ? 0 : position(descriptor);
  ssize_t written =
      has_offset ? REAL(ssize_t (*)(int, const void *, size_t, off_t), "pwrite")(descriptor, data, length, offset)
                 : REAL(ssize_t (*)(int, const void *, size_t), "write")(descriptor, data, length);
  if (name != NULL) {
    if (written > 0) record(WRITE, name, (uint64_t)at, data, (uint32_t)written);
    pthread_mutex_unlock(&order);
  }
  return written;
}

ssize_t write(int descriptor, const void *data, size_t length) { return record_write(descriptor, data, length, 0, 0); }
ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
  return record_write(descriptor, data, length, offset, 1);
}
ssize_t pwrite64(int descriptor, const void *data, size_t length, off_t offset) {
  return record_write(descriptor, data, length, offset, 1);
}

static int record_call(enum kind kind, const char *call, int descriptor, off_t size) {
  char path[4096];
  const char *name = name_of(descriptor, path, sizeof path);
  if (name != NULL) pthread_mutex_lock(&order);
  int result = kind == TRUNCATE ? REAL(int (*)(int, off_t), call)(descriptor, size) : REAL(int (*)(int), call)(descriptor);
  if (name != NULL) {
    if (result == 0) record(kind, name, (uint64_t)size, NULL, 0);
    pthread_mutex_unlock(&order);
  }
  return result;
}

int ftruncate(int descriptor, off_t size) { return record_call(TRUNCATE, "ftruncate", descriptor, size); }
int ftruncate64(int descriptor, off_t size) { return record_call(TRUNCATE, "ftruncate64", descriptor, size); }
int fsync(int descriptor) { return record_call(SYNC, "fsync", descriptor, 0); }
int fdatasync(int descriptor) { return record_call(SYNC, "fdatasync", descriptor, 0); }

int unlink(const char *path) {
  const char *name = name_in(path);
  if (name != NULL) pthread_mutex_lock(&order);
  int result = REAL(int (*)(const char *), "unlink")(path);
  if (name != NULL) {
    if (result == 0) record(REMOVE, name, 0, NULL, 0);
    pthread_mutex_unlock(&order);
  }
  return result;
}

/* On a 64-bit Linux both are the same structure. */
static int little_free(const char *call, const char *path, struct statfs *buffer) {
  int result = REAL(int (*)(const char *, struct statfs *), call)(path, buffer);
  if (result == 0 && log_file >= 0) buffer->f_bavail = 100000000 / (fsblkcnt_t)buffer->f_bsize;
  return result;
}

int statfs(const char *path, struct statfs *buffer) { return little_free("statfs", path, buffer); }
int statfs64(const char *path, struct statfs64 *buffer) { return little_free("statfs64", path, (struct statfs *)buffer); }
