/*
 * The ceiling of P1: sends a file of OpenFlow messages to a bridge as fast as it takes them, then a barrier, and
 * prints the seconds from the first byte to the barrier's reply, and how many errors came.
 *
 * Usage: blaster UNIX_SOCKET FILE. The version is that of the file's first message.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { HELLO = 0, ERROR = 1, ECHO_REQUEST = 2, ECHO_REPLY = 3, BARRIER_REQUEST = 20, BARRIER_REPLY = 21 };

static uint8_t inbox[1 << 20];
static size_t inbox_used;
static long errors;
static int said_hello, barrier_answered;

static void fail(const char *what) {
  perror(what);
  exit(2);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void read_replies(int peer) {
  ssize_t got = recv(peer, inbox + inbox_used, sizeof inbox - inbox_used, MSG_DONTWAIT);
  if (got == 0) fail("the switch closed the connection");
  if (got < 0) {
    if (errno == EAGAIN) return;
    fail("recv");
  }
  inbox_used += got;
  size_t at = 0;
  while (inbox_used - at >= 8) {
    uint8_t *message = inbox + at;
    size_t length = message[2] << 8 | message[3];
    if (inbox_used - at < length) break;
    if (message[1] == HELLO) said_hello = 1;
    if (message[1] == ERROR) errors++;
    if (message[1] == BARRIER_REPLY) barrier_answered = 1;
    if (message[1] == ECHO_REQUEST) {
      message[1] = ECHO_REPLY;
      send(peer, message, length, MSG_NOSIGNAL);
    }
    at += length;
  }
  memmove(inbox, inbox + at, inbox_used - at);
  inbox_used -= at;
}

static uint8_t *load(const char *path, size_t *size) {
  int file = open(path, O_RDONLY);
  struct stat facts;
  if (file < 0 || fstat(file, &facts) < 0) fail(path);
  uint8_t *bytes = malloc(facts.st_size);
  for (off_t at = 0; at < facts.st_size;) {
    ssize_t got = read(file, bytes + at, facts.st_size - at);
    if (got <= 0) fail(path);
    at += got;
  }
  close(file);
  *size = facts.st_size;
  return bytes;
}

static int open_peer(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) fail("the path is too long");
  strcpy(address.sun_path, path);
  int peer = socket(AF_UNIX, SOCK_STREAM, 0);
  if (peer < 0 || connect(peer, (struct sockaddr *)&address, sizeof address) < 0) fail(path);
  return peer;
}

int main(int count, char **words) {
  if (count != 3) {
    fprintf(stderr, "usage: blaster UNIX_SOCKET FILE\n");
    return 2;
  }
  size_t size;
  uint8_t *bytes = load(words[2], &size);
  int peer = open_peer(words[1]);
  uint8_t hello[8] = {bytes[0], HELLO, 0, 8, 0, 0, 0, 1};
  uint8_t barrier[8] = {bytes[0], BARRIER_REQUEST, 0, 8, 0, 0, 0, 2};
  send(peer, hello, sizeof hello, MSG_NOSIGNAL);
  while (!said_hello) {
    struct pollfd wait = {peer, POLLIN, 0};
    poll(&wait, 1, 1000);
    read_replies(peer);
  }
  double start = seconds();
  size_t sent = 0;
  int asked = 0;
  while (!barrier_answered) {
    struct pollfd wait = {peer, asked ? POLLIN : POLLIN | POLLOUT, 0};
    poll(&wait, 1, 1000);
    if (wait.revents & POLLIN) read_replies(peer);
    if (asked || !(wait.revents & POLLOUT)) continue;
    if (sent == size) {
      if (send(peer, barrier, sizeof barrier, MSG_NOSIGNAL) == sizeof barrier) asked = 1;
      continue;
    }
    size_t chunk = size - sent > 262144 ? 262144 : size - sent;
    ssize_t taken = send(peer, bytes + sent, chunk, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken > 0) sent += taken;
    else if (errno != EAGAIN) fail("send");
  }
  printf("{\"seconds\": %.6f, \"bytes\": %zu, \"errors\": %ld}\n", seconds() - start, size, errors);
  return 0;
}
