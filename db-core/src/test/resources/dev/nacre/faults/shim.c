/*
 * What a process does to the files below a directory, seen and disturbed from under the JVM.
 *
 * Preloaded into a child JVM, this library stands between it and the C library: RocksDB's JNI library and the
 * JDK's own native code both reach the kernel through these symbols. For each session (a directory tree) it
 *
 *   - writes a journal: every change of a file or a directory and every sync, in one order, with marks of the
 *     child (acknowledgements) in the same order;
 *   - makes the n-th write, sync, rename ... fail once, or be short.
 *
 * An operation and its entry in the journal happen under the lock of the session, so their order is the order
 * in which they took effect. A sync has two entries: what was written before the first is on the disk at the second.
 * Everything else goes straight to the kernel.
 *
 * Not seen: stdio (fopen), writes through shared mappings, and system calls made without the C library. The first
 * two are noted in the journal, where its reader refuses them.
 *
 * An entry is 32 bytes, little-endian, and a payload:
 *   u32 bytes of payload | u8 operation | u8 flag | u16 0 | u64 inode | i64 a | i64 b
 * Paths are relative to the directory of the session; two of them are divided by a zero byte.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define SESSIONS 64
#define FDS 65536
#define BUFFER (1 << 18)

enum operation {
  OP_CREATE = 1, /* path, inode; flag 1: not visible to this library */
  OP_MKDIR,      /* path, inode */
  OP_WRITE,      /* inode, a offset, payload */
  OP_TRUNCATE,   /* inode, a size */
  OP_EXTEND,     /* inode, a size: at least so long */
  OP_SYNC,       /* inode, a number */
  OP_SYNCED,     /* inode, a number, b errno */
  OP_RENAME,     /* from 0 to; flag 1: exchanged */
  OP_LINK,       /* from 0 to */
  OP_UNLINK,     /* path */
  OP_RMDIR,      /* path */
  OP_MARK,       /* payload */
  OP_OPAQUE,     /* path or empty: something happened that is not journaled; payload says what */
  OP_FAULT       /* a kind, b errno */
};

enum kind { KIND_WRITE = 0, KIND_SYNC, KIND_RENAME, KIND_OPEN, KIND_UNLINK, KINDS };

struct session {
  volatile int active;
  char root[PATH_MAX];
  size_t root_length;
  pthread_mutex_t lock;
  int journal;
  unsigned char *buffer;
  size_t buffered;
  int64_t syncs;
  int64_t seen[KINDS];
  int armed_kind;      /* -1: none */
  int64_t armed_at;
  int64_t armed_times; /* how many calls fail, from armed_at on */
  int armed_errno;
  int armed_short;     /* the first one writes half */
  int64_t fired;
};

struct descriptor {
  volatile int session; /* number + 1; 0: none */
  int append;
  uint64_t inode;
};

static struct session sessions[SESSIONS];
static struct descriptor descriptors[FDS];
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

/* ---- The kernel, without the symbols that are replaced here. */

static int k_openat(int dir, const char *path, int flags, mode_t mode) {
  return (int)syscall(SYS_openat, dir, path, flags, mode);
}
static int k_close(int fd) { return (int)syscall(SYS_close, fd); }
static ssize_t k_write(int fd, const void *bytes, size_t n) { return syscall(SYS_write, fd, bytes, n); }
static ssize_t k_pwrite(int fd, const void *bytes, size_t n, off_t at) {
  return syscall(SYS_pwrite64, fd, bytes, n, at);
}

/* ---- The journal. */

static void put(struct session *s, const void *bytes, size_t n) {
  const unsigned char *from = bytes;
  while (n > 0) {
    ssize_t done = k_write(s->journal, from, n);
    if (done < 0) {
      if (errno == EINTR) continue;
      static const char complaint[] = "nacre shim: the journal cannot be written\n";
      k_write(2, complaint, sizeof complaint - 1);
      abort();
    }
    from += done;
    n -= (size_t)done;
  }
}

static void flush(struct session *s) {
  put(s, s->buffer, s->buffered);
  s->buffered = 0;
}

static void append(struct session *s, const void *bytes, size_t n) {
  if (s->buffered + n > BUFFER) flush(s);
  if (n > BUFFER) {
    put(s, bytes, n);
  } else {
    memcpy(s->buffer + s->buffered, bytes, n);
    s->buffered += n;
  }
}

static void header(struct session *s, int op, int flag, uint64_t inode, int64_t a, int64_t b, size_t n) {
  if (s->journal < 0) return;
  unsigned char h[32] = {0};
  uint32_t length = (uint32_t)n;
  memcpy(h, &length, 4);
  h[4] = (unsigned char)op;
  h[5] = (unsigned char)flag;
  memcpy(h + 8, &inode, 8);
  memcpy(h + 16, &a, 8);
  memcpy(h + 24, &b, 8);
  append(s, h, sizeof h);
}

static void entry(struct session *s, int op, int flag, uint64_t inode, int64_t a, int64_t b,
                  const void *payload, size_t n) {
  if (s->journal < 0) return;
  int saved = errno;
  header(s, op, flag, inode, a, b, n);
  append(s, payload, n);
  errno = saved;
}

static void entry_paths(struct session *s, int op, int flag, const char *from, const char *to) {
  if (s->journal < 0) return;
  char both[2 * PATH_MAX];
  size_t n = strlen(from);
  memcpy(both, from, n);
  both[n] = 0;
  size_t m = strlen(to);
  memcpy(both + n + 1, to, m);
  entry(s, op, flag, 0, 0, 0, both, n + 1 + m);
}

/* ---- Which files are ours. */

/* The absolute path without "//", "." and "..", or 0 when it cannot be told. */
static int absolute(int dir, const char *path, char *out) {
  char joined[2 * PATH_MAX];
  if (path == NULL) return 0;
  if (path[0] == '/') {
    if (strlen(path) >= PATH_MAX) return 0;
    strcpy(joined, path);
  } else {
    if (dir == AT_FDCWD) {
      if (getcwd(joined, PATH_MAX) == NULL) return 0;
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
      ssize_t n = readlink(link, joined, PATH_MAX - 1);
      if (n <= 0) return 0;
      joined[n] = 0;
    }
    size_t n = strlen(joined);
    if (n + 1 + strlen(path) >= sizeof joined) return 0;
    joined[n] = '/';
    strcpy(joined + n + 1, path);
  }
  size_t length = 0;
  for (const char *p = joined; *p;) {
    while (*p == '/') p++;
    const char *end = p;
    while (*end && *end != '/') end++;
    size_t n = (size_t)(end - p);
    if (n == 2 && p[0] == '.' && p[1] == '.') {
      while (length > 0 && out[--length] != '/') {
      }
    } else if (n > 0 && !(n == 1 && p[0] == '.')) {
      if (length + 1 + n >= PATH_MAX) return 0;
      out[length++] = '/';
      memcpy(out + length, p, n);
      length += n;
    }
    p = end;
  }
  out[length] = 0;
  return 1;
}

/* The session of a path and the path below its directory; NULL when it is none's. */
static struct session *session_of(int dir, const char *path, char *out, const char **relative) {
  int any = 0;
  for (int i = 0; i < SESSIONS; i++) any |= sessions[i].active;
  if (!any) return NULL;
  int saved = errno;
  int known = absolute(dir, path, out);
  errno = saved;
  if (!known) return NULL;
  for (int i = 0; i < SESSIONS; i++) {
    struct session *s = &sessions[i];
    if (s->active && strncmp(out, s->root, s->root_length) == 0 &&
        (out[s->root_length] == '/' || out[s->root_length] == 0)) {
      *relative = out[s->root_length] == '/' ? out + s->root_length + 1 : "";
      return s;
    }
  }
  return NULL;
}

/* The session of a descriptor; its entry is dropped when the descriptor is another file by now. */
static struct session *session_of_fd(int fd, uint64_t *inode) {
  if (fd < 0 || fd >= FDS) return NULL;
  int number = descriptors[fd].session;
  if (number == 0) return NULL;
  struct session *s = &sessions[number - 1];
  struct stat st;
  int saved = errno;
  int ours = s->active && syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0 &&
             (uint64_t)st.st_ino == descriptors[fd].inode;
  errno = saved;
  if (!ours) {
    descriptors[fd].session = 0;
    return NULL;
  }
  *inode = descriptors[fd].inode;
  return s;
}

static void forget(int fd) {
  if (fd >= 0 && fd < FDS) descriptors[fd].session = 0;
}

static int exists(const char *path, uint64_t *inode) {
  struct stat st;
  int saved = errno;
  int there = syscall(SYS_newfstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
  errno = saved;
  if (there) *inode = (uint64_t)st.st_ino;
  return there;
}

/* ---- Faults. */

/* Counts a call; -1 with errno when it is to fail, 0 otherwise. *half: only half is to be written. */
static int disturb(struct session *s, int kind, int *half) {
  int64_t now = ++s->seen[kind];
  if (half) *half = 0;
  if (s->armed_kind != kind || now < s->armed_at || now >= s->armed_at + s->armed_times) return 0;
  s->fired++;
  if (s->armed_short && now == s->armed_at && half) {
    entry(s, OP_FAULT, 1, 0, kind, 0, "", 0);
    *half = 1;
    return 0;
  }
  if (s->armed_errno == 0) return 0;
  entry(s, OP_FAULT, 0, 0, kind, s->armed_errno, "", 0);
  errno = s->armed_errno;
  return -1;
}

/* ---- What the child calls. */

/* Begins a session for a directory that exists, by its real path; NULL journal: none. Its number, or -1. */
__attribute__((visibility("default"))) int nacre_begin(const char *root, const char *journal) {
  pthread_mutex_lock(&opening);
  int found = -1;
  for (int i = 0; i < SESSIONS && found < 0; i++) {
    if (!sessions[i].active) found = i;
  }
  if (found >= 0) {
    struct session *s = &sessions[found];
    memset(s, 0, sizeof *s);
    strncpy(s->root, root, PATH_MAX - 1);
    s->root_length = strlen(s->root);
    pthread_mutex_init(&s->lock, NULL);
    s->armed_kind = -1;
    s->journal = -1;
    if (journal != NULL) {
      s->journal = k_openat(AT_FDCWD, journal, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
      s->buffer = malloc(BUFFER);
      if (s->journal < 0 || s->buffer == NULL) found = -1;
    }
    if (found >= 0) {
      __sync_synchronize();
      s->active = 1;
    }
  }
  pthread_mutex_unlock(&opening);
  return found;
}

/* Ends a session; nothing below its directory is open any more. */
__attribute__((visibility("default"))) void nacre_end(int number) {
  struct session *s = &sessions[number];
  pthread_mutex_lock(&s->lock);
  s->active = 0;
  if (s->journal >= 0) {
    flush(s);
    k_close(s->journal);
    free(s->buffer);
  }
  s->journal = -1;
  s->buffer = NULL;
  pthread_mutex_unlock(&s->lock);
}

/* Puts a mark between the operations. */
__attribute__((visibility("default"))) void nacre_mark(int number, const void *bytes, int64_t n) {
  struct session *s = &sessions[number];
  pthread_mutex_lock(&s->lock);
  if (s->active) entry(s, OP_MARK, 0, 0, 0, 0, bytes, (size_t)n);
  pthread_mutex_unlock(&s->lock);
}

/* Lets the calls of a kind from the at-th on (1: the next) fail, so many times; kind -1: none. */
__attribute__((visibility("default"))) void nacre_arm(int number, int kind, int64_t at, int64_t times,
                                                      int error, int half) {
  struct session *s = &sessions[number];
  pthread_mutex_lock(&s->lock);
  memset(s->seen, 0, sizeof s->seen);
  s->armed_kind = kind;
  s->armed_at = at;
  s->armed_times = times;
  s->armed_errno = error;
  s->armed_short = half;
  s->fired = 0;
  pthread_mutex_unlock(&s->lock);
}

/* How many calls of a kind there were since it was armed; kind -1: how many were made to fail. */
__attribute__((visibility("default"))) int64_t nacre_seen(int number, int kind) {
  struct session *s = &sessions[number];
  pthread_mutex_lock(&s->lock);
  int64_t seen = kind < 0 ? s->fired : s->seen[kind];
  pthread_mutex_unlock(&s->lock);
  return seen;
}

/* ---- Opening and closing. */

static int open_at(int dir, const char *path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  const char *relative;
  struct session *s = session_of(dir, path, whole, &relative);
  if (s == NULL || (flags & O_TMPFILE) == O_TMPFILE) {
    int fd = k_openat(dir, path, flags, mode);
    forget(fd);
    if (s != NULL && fd >= 0) entry(s, OP_OPAQUE, 0, 0, 0, 0, "O_TMPFILE", 9);
    return fd;
  }
  pthread_mutex_lock(&s->lock);
  uint64_t inode = 0;
  int there = exists(whole, &inode);
  int fd = -1;
  if (!((flags & O_CREAT) && !there && disturb(s, KIND_OPEN, NULL) != 0)) {
    fd = k_openat(dir, path, flags, mode);
  }
  if (fd >= 0) {
    int saved = errno;
    struct stat st;
    if (syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0 && fd < FDS) {
      inode = (uint64_t)st.st_ino;
      int written = (flags & O_ACCMODE) != O_RDONLY;
      if (!there) {
        entry(s, OP_CREATE, 0, inode, 0, 0, relative, strlen(relative));
      } else if ((flags & O_TRUNC) && written) {
        entry(s, OP_TRUNCATE, 0, inode, 0, 0, "", 0);
      }
      descriptors[fd].inode = inode;
      descriptors[fd].append = (flags & O_APPEND) != 0;
      __sync_synchronize();
      descriptors[fd].session = (int)(s - sessions) + 1;
    }
    errno = saved;
  }
  pthread_mutex_unlock(&s->lock);
  return fd;
}

#define MODE(flags)                                          \
  mode_t mode = 0;                                           \
  if ((flags) & (O_CREAT | O_TMPFILE)) {                     \
    va_list list;                                            \
    va_start(list, flags);                                   \
    mode = va_arg(list, mode_t);                             \
    va_end(list);                                            \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int dir, const char *path, int flags, ...) {
  MODE(flags)
  return open_at(dir, path, flags, mode);
}
int openat64(int dir, const char *path, int flags, ...) {
  MODE(flags)
  return open_at(dir, path, flags, mode);
}
int __open_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __openat_2(int dir, const char *path, int flags) { return open_at(dir, path, flags, 0); }
int __openat64_2(int dir, const char *path, int flags) { return open_at(dir, path, flags, 0); }
int creat(const char *path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* Its writes stay inside the C library: the name is known, the content is not. */
static FILE *open_stream(const char *symbol, const char *path, const char *mode) {
  FILE *(*real)(const char *, const char *) = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, symbol);
  char whole[PATH_MAX];
  const char *relative;
  struct session *s = session_of(AT_FDCWD, path, whole, &relative);
  if (s == NULL || (mode[0] == 'r' && strchr(mode, '+') == NULL)) return real(path, mode);
  pthread_mutex_lock(&s->lock);
  uint64_t inode = 0;
  int there = exists(whole, &inode);
  FILE *stream = real(path, mode);
  if (stream != NULL && exists(whole, &inode)) {
    if (!there) {
      entry(s, OP_CREATE, 1, inode, 0, 0, relative, strlen(relative));
    } else {
      entry(s, OP_OPAQUE, 0, inode, 0, 0, relative, strlen(relative));
    }
  }
  pthread_mutex_unlock(&s->lock);
  return stream;
}
FILE *fopen(const char *path, const char *mode) { return open_stream("fopen", path, mode); }
FILE *fopen64(const char *path, const char *mode) { return open_stream("fopen64", path, mode); }

int close(int fd) {
  forget(fd);
  return k_close(fd);
}

static void copied(int from, int to) {
  if (to < 0 || to >= FDS) return;
  if (from >= 0 && from < FDS) {
    descriptors[to].inode = descriptors[from].inode;
    descriptors[to].append = descriptors[from].append;
    descriptors[to].session = descriptors[from].session;
  } else {
    descriptors[to].session = 0;
  }
}
int dup(int fd) {
  int made = (int)syscall(SYS_dup, fd);
  copied(fd, made);
  return made;
}
int dup3(int fd, int to, int flags) {
  int made = (int)syscall(SYS_dup3, fd, to, flags);
  if (made >= 0) copied(fd, made);
  return made;
}
int dup2(int fd, int to) {
  if (fd == to) return fcntl(fd, F_GETFD) < 0 ? -1 : to;
  return dup3(fd, to, 0);
}

/* ---- Writing. */

static ssize_t written(struct session *s, uint64_t inode, int fd, const struct iovec *parts, int count,
                       off_t at, int positioned) {
  size_t total = 0;
  for (int i = 0; i < count; i++) total += parts[i].iov_len;
  pthread_mutex_lock(&s->lock);
  int half;
  ssize_t done = -1;
  if (disturb(s, KIND_WRITE, &half) == 0) {
    struct iovec first;
    if (half && total > 1) {
      /* Half of the first part that is not empty. */
      int i = 0;
      while (parts[i].iov_len == 0) i++;
      first.iov_base = parts[i].iov_base;
      first.iov_len = parts[i].iov_len / 2 > 0 ? parts[i].iov_len / 2 : 1;
      parts = &first;
      count = 1;
    }
    /* At the end of the file, whatever the position asked for. */
    if (descriptors[fd].append) positioned = 0;
    done = positioned ? syscall(SYS_pwritev, fd, parts, count, at, 0) : syscall(SYS_writev, fd, parts, count);
    if (done > 0) {
      if (!positioned) at = lseek(fd, 0, SEEK_CUR) - done;
      header(s, OP_WRITE, 0, inode, at, 0, (size_t)done);
      if (s->journal >= 0) {
        size_t left = (size_t)done;
        for (int i = 0; i < count && left > 0; i++) {
          size_t n = parts[i].iov_len < left ? parts[i].iov_len : left;
          append(s, parts[i].iov_base, n);
          left -= n;
        }
      }
    }
  }
  pthread_mutex_unlock(&s->lock);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t n) {
  uint64_t inode;
  struct session *s = session_of_fd(fd, &inode);
  if (s == NULL) return k_write(fd, bytes, n);
  struct iovec part = {(void *)bytes, n};
  return written(s, inode, fd, &part, 1, 0, 0);
}
static ssize_t write_at(int fd, const void *bytes, size_t n, off_t at) {
  uint64_t inode;
  struct session *s = session_of_fd(fd, &inode);
  if (s == NULL) return k_pwrite(fd, bytes, n, at);
  struct iovec part = {(void *)bytes, n};
  return written(s, inode, fd, &part, 1, at, 1);
}
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { return write_at(fd, bytes, n, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) { return write_at(fd, bytes, n, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  uint64_t inode;
  struct session *s = session_of_fd(fd, &inode);
  if (s == NULL) return syscall(SYS_writev, fd, parts, count);
  return written(s, inode, fd, parts, count, 0, 0);
}
static ssize_t writev_at(int fd, const struct iovec *parts, int count, off_t at) {
  uint64_t inode;
  struct session *s = session_of_fd(fd, &inode);
  if (s == NULL) return syscall(SYS_pwritev, fd, parts, count, at, 0);
  return written(s, inode, fd, parts, count, at, 1);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  return writev_at(fd, parts, count, at);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  return writev_at(fd, parts, count, at);
}

/* What the kernel has copied is read back from the file. */
static void copied_in(struct session *s, int fd, uint64_t inode, off_t at, ssize_t done) {
  if (s->journal < 0 || done <= 0) return;
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int reader = k_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  char *bytes = malloc((size_t)done);
  if (reader < 0 || bytes == NULL || syscall(SYS_pread64, reader, bytes, done, at) != done) {
    entry(s, OP_OPAQUE, 0, inode, 0, 0, "copied bytes cannot be read back", 32);
  } else {
    entry(s, OP_WRITE, 0, inode, at, 0, bytes, (size_t)done);
  }
  free(bytes);
  if (reader >= 0) k_close(reader);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t n, unsigned flags) {
  uint64_t inode;
  struct session *s = session_of_fd(to, &inode);
  if (s == NULL) return syscall(SYS_copy_file_range, from, from_at, to, to_at, n, flags);
  pthread_mutex_lock(&s->lock);
  ssize_t done = -1;
  int half;
  if (disturb(s, KIND_WRITE, &half) == 0) {
    if (half && n > 1) n /= 2;
    done = syscall(SYS_copy_file_range, from, from_at, to, to_at, n, flags);
    if (done > 0) {
      off_t end = to_at != NULL ? *to_at : lseek(to, 0, SEEK_CUR);
      copied_in(s, to, inode, end - done, done);
    }
  }
  pthread_mutex_unlock(&s->lock);
  return done;
}

static ssize_t send_file(int to, int from, off_t *from_at, size_t n) {
  uint64_t inode;
  struct session *s = session_of_fd(to, &inode);
  if (s == NULL) return syscall(SYS_sendfile, to, from, from_at, n);
  pthread_mutex_lock(&s->lock);
  ssize_t done = -1;
  int half;
  if (disturb(s, KIND_WRITE, &half) == 0) {
    if (half && n > 1) n /= 2;
    done = syscall(SYS_sendfile, to, from, from_at, n);
    if (done > 0) copied_in(s, to, inode, lseek(to, 0, SEEK_CUR) - done, done);
  }
  pthread_mutex_unlock(&s->lock);
  return done;
}
ssize_t sendfile(int to, int from, off_t *from_at, size_t n) { return send_file(to, from, from_at, n); }
ssize_t sendfile64(int to, int from, off64_t *from_at, size_t n) { return send_file(to, from, from_at, n); }

static void *map(void *address, size_t n, int protection, int flags, int fd, off_t at) {
  if (fd >= 0 && (protection & PROT_WRITE) && (flags & MAP_SHARED)) {
    uint64_t inode;
    struct session *s = session_of_fd(fd, &inode);
    if (s != NULL) {
      pthread_mutex_lock(&s->lock);
      entry(s, OP_OPAQUE, 0, inode, 0, 0, "a shared mapping for writing", 28);
      pthread_mutex_unlock(&s->lock);
    }
  }
  return (void *)syscall(SYS_mmap, address, n, protection, flags, fd, at);
}
void *mmap(void *address, size_t n, int protection, int flags, int fd, off_t at) {
  return map(address, n, protection, flags, fd, at);
}
void *mmap64(void *address, size_t n, int protection, int flags, int fd, off64_t at) {
  return map(address, n, protection, flags, fd, at);
}

/* ---- Sizes. */

static int resized(int fd, off_t size) {
  uint64_t inode;
  struct session *s = session_of_fd(fd, &inode);
  if (s == NULL) return (int)syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&s->lock);
  int result = (int)syscall(SYS_ftruncate, fd, size);
  if (result == 0) entry(s, OP_TRUNCATE, 0, inode, size, 0, "", 0);
  pthread_mutex_unlock(&s->lock);
  return result;
}
int ftruncate(int fd, off_t size) { return resized(fd, size); }
int ftruncate64(int fd, off64_t size) { return resized(fd, size); }

static int resized_path(const char *path, off_t size) {
  char whole[PATH_MAX];
  const char *relative;
  struct session *s = session_of(AT_FDCWD, path, whole, &relative);
  if (s == NULL) return (int)syscall(SYS_truncate, path, size);
  pthread_mutex_lock(&s->lock);
  uint64_t inode = 0;
  int result = (int)syscall(SYS_truncate, path, size);
  if (result == 0 && exists(whole, &inode)) entry(s, OP_TRUNCATE, 0, inode, size, 0, "", 0);
  pthread_mutex_unlock(&s->lock);
  return result;
}
int truncate(const char *path, off_t size) { return resized_path(path, size); }
int truncate64(const char *path, off64_t size) { return resized_path(path, size); }

static int allocated(int fd, int mode, off_t at, off_t n) {
  uint64_t inode;
  struct session *s = session_of_fd(fd, &inode);
  if (s == NULL) return (int)syscall(SYS_fallocate, fd, mode, at, n);
  pthread_mutex_lock(&s->lock);
  int result = (int)syscall(SYS_fallocate, fd, mode, at, n);
  if (result == 0) {
    if (mode == 0) {
      entry(s, OP_EXTEND, 0, inode, at + n, 0, "", 0);
    } else if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) {
      entry(s, OP_OPAQUE, 0, inode, 0, 0, "fallocate", 9);
    } else if (mode & FALLOC_FL_PUNCH_HOLE) {
      struct stat st;
      if (fstat(fd, &st) == 0 && at < st.st_size) {
        entry(s, OP_OPAQUE, 0, inode, 0, 0, "a hole", 6);
      }
    }
  }
  pthread_mutex_unlock(&s->lock);
  return result;
}
int fallocate(int fd, int mode, off_t at, off_t n) { return allocated(fd, mode, at, n); }
int fallocate64(int fd, int mode, off64_t at, off64_t n) { return allocated(fd, mode, at, n); }
static int allocated_posix(int fd, off_t at, off_t n) {
  int saved = errno;
  int result = allocated(fd, 0, at, n) == 0 ? 0 : errno;
  errno = saved;
  return result;
}
int posix_fallocate(int fd, off_t at, off_t n) { return allocated_posix(fd, at, n); }
int posix_fallocate64(int fd, off64_t at, off64_t n) { return allocated_posix(fd, at, n); }

/* ---- Syncing. */

static int synced(int fd, long call) {
  uint64_t inode;
  struct session *s = session_of_fd(fd, &inode);
  if (s == NULL) return (int)syscall(call, fd);
  pthread_mutex_lock(&s->lock);
  int64_t number = ++s->syncs;
  entry(s, OP_SYNC, 0, inode, number, 0, "", 0);
  int result = disturb(s, KIND_SYNC, NULL);
  int error = result == 0 ? 0 : errno;
  pthread_mutex_unlock(&s->lock);
  if (result == 0) {
    result = (int)syscall(call, fd);
    error = result == 0 ? 0 : errno;
  }
  pthread_mutex_lock(&s->lock);
  entry(s, OP_SYNCED, 0, inode, number, error, "", 0);
  pthread_mutex_unlock(&s->lock);
  if (result != 0) errno = error;
  return result;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }
/* It promises nothing about metadata or the disk's cache: no sync here. */
int sync_file_range(int fd, off64_t at, off64_t n, unsigned flags) {
  return (int)syscall(SYS_sync_file_range, fd, at, n, flags);
}

/* ---- Names. */

static int renamed(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
  char whole_from[PATH_MAX], whole_to[PATH_MAX];
  const char *relative_from, *relative_to;
  struct session *s = session_of(from_dir, from, whole_from, &relative_from);
  struct session *t = session_of(to_dir, to, whole_to, &relative_to);
  if (s == NULL && t == NULL) return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
  if (s != t) {
    struct session *either = s != NULL ? s : t;
    pthread_mutex_lock(&either->lock);
    entry(either, OP_OPAQUE, 0, 0, 0, 0, "a rename across the root", 24);
    pthread_mutex_unlock(&either->lock);
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
  }
  pthread_mutex_lock(&s->lock);
  int result = disturb(s, KIND_RENAME, NULL);
  if (result == 0) {
    result = (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
    if (result == 0) entry_paths(s, OP_RENAME, (flags & 2) != 0, relative_from, relative_to);
  }
  pthread_mutex_unlock(&s->lock);
  return result;
}
int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_dir, const char *from, int to_dir, const char *to) {
  return renamed(from_dir, from, to_dir, to, 0);
}
int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
  return renamed(from_dir, from, to_dir, to, flags);
}

static int linked(int from_dir, const char *from, int to_dir, const char *to, int flags) {
  char whole_from[PATH_MAX], whole_to[PATH_MAX];
  const char *relative_from, *relative_to;
  struct session *s = session_of(from_dir, from, whole_from, &relative_from);
  struct session *t = session_of(to_dir, to, whole_to, &relative_to);
  if (t == NULL) return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
  pthread_mutex_lock(&t->lock);
  int result = disturb(t, KIND_RENAME, NULL);
  if (result == 0) {
    result = (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
    if (result == 0) {
      if (s == t) {
        entry_paths(t, OP_LINK, 0, relative_from, relative_to);
      } else {
        entry(t, OP_OPAQUE, 0, 0, 0, 0, "a link across the root", 22);
      }
    }
  }
  pthread_mutex_unlock(&t->lock);
  return result;
}
int link(const char *from, const char *to) { return linked(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
  return linked(from_dir, from, to_dir, to, flags);
}

static int removed(int dir, const char *path, int flags) {
  char whole[PATH_MAX];
  const char *relative;
  struct session *s = session_of(dir, path, whole, &relative);
  if (s == NULL) return (int)syscall(SYS_unlinkat, dir, path, flags);
  pthread_mutex_lock(&s->lock);
  int result = disturb(s, KIND_UNLINK, NULL);
  if (result == 0) {
    result = (int)syscall(SYS_unlinkat, dir, path, flags);
    if (result == 0) {
      entry(s, flags & AT_REMOVEDIR ? OP_RMDIR : OP_UNLINK, 0, 0, 0, 0, relative, strlen(relative));
    }
  }
  pthread_mutex_unlock(&s->lock);
  return result;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int dir, const char *path, int flags) { return removed(dir, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  struct stat st;
  if (syscall(SYS_newfstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) != 0) return -1;
  return removed(AT_FDCWD, path, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
}

static int made(int dir, const char *path, mode_t mode) {
  char whole[PATH_MAX];
  const char *relative;
  struct session *s = session_of(dir, path, whole, &relative);
  if (s == NULL) return (int)syscall(SYS_mkdirat, dir, path, mode);
  pthread_mutex_lock(&s->lock);
  int result = (int)syscall(SYS_mkdirat, dir, path, mode);
  uint64_t inode = 0;
  if (result == 0 && exists(whole, &inode)) {
    entry(s, OP_MKDIR, 0, inode, 0, 0, relative, strlen(relative));
  }
  pthread_mutex_unlock(&s->lock);
  return result;
}
int mkdir(const char *path, mode_t mode) { return made(AT_FDCWD, path, mode); }
int mkdirat(int dir, const char *path, mode_t mode) { return made(dir, path, mode); }

int symlink(const char *target, const char *path) {
  char whole[PATH_MAX];
  const char *relative;
  struct session *s = session_of(AT_FDCWD, path, whole, &relative);
  if (s != NULL) entry(s, OP_OPAQUE, 0, 0, 0, 0, "a symbolic link", 15);
  return (int)syscall(SYS_symlinkat, target, AT_FDCWD, path);
}
