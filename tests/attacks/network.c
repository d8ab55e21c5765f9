/* Reaches the test's own server by TCP, UDP and two kinds of UNIX socket: "PORT:PATH". */
#include "attack.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

static long reach(int family, int type, const void *address, unsigned size) {
  long channel = CALL(SYS_socket, family, type, 0, 0, 0, 0);
  if (channel < 0)
    return 0;
  if (CALL(SYS_connect, channel, address, size, 0, 0, 0) == 0)
    return CALL(SYS_sendto, channel, "stolen", 6, 0, 0, 0) == 6;
  return CALL(SYS_sendto, channel, "stolen", 6, 0, address, size) == 6;
}

long attack(const char *target) {
  unsigned port = 0;
  for (; *target >= '0' && *target <= '9'; ++target)
    port = port * 10 + (unsigned)(*target - '0');
  struct sockaddr_in inet = {.sin_family = AF_INET, .sin_port = (in_port_t)(port << 8 | port >> 8)};
  inet.sin_addr.s_addr = 0x0100007f;
  struct sockaddr_un local = {.sun_family = AF_UNIX}, hidden = {.sun_family = AF_UNIX};
  unsigned length = 0;
  for (const char *path = target + (*target == ':'); path[length] && length < sizeof local.sun_path - 2; ++length) {
    local.sun_path[length] = path[length];
    hidden.sun_path[length + 1] = path[length];
  }
  unsigned size = (unsigned)sizeof(sa_family_t) + 1 + length;
  return reach(AF_INET, SOCK_STREAM, &inet, sizeof inet) + reach(AF_INET, SOCK_DGRAM, &inet, sizeof inet) +
         reach(AF_UNIX, SOCK_STREAM, &local, size) + reach(AF_UNIX, SOCK_STREAM, &hidden, size);
}
