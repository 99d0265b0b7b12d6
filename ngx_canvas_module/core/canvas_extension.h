/*
 * canvas_extension: the header Sec-WebSocket-Extensions of a handshake, RFC
 * 6455 section 9.1, and which offer of permessage-deflate we take.
 *
 * Compressed updates are made once and shared by all sockets: with a window
 * of 12 bits, and messages of one batch refer to each other.  So an offer is
 * taken that allows such a window and does not ask for
 * server_no_context_takeover.  The client is told to begin every message
 * anew: receiving costs no memory a socket.
 */

#ifndef CANVAS_EXTENSION_H_INCLUDED
#define CANVAS_EXTENSION_H_INCLUDED

#include "canvas_status.h"

/* bits of the window that shared updates are compressed with */
#define CANVAS_EXTENSION_WINDOW  12

/* the answer to an offer that was taken */
#define CANVAS_EXTENSION_ANSWER                                               \
    "permessage-deflate; server_max_window_bits=12; client_no_context_takeover"

/*
 * The offers of one header value.  CANVAS_OK: one is taken, CANVAS_DONE: none
 * is, CANVAS_INVALID: not what the grammar allows.
 */
canvas_status_t canvas_extension_offers(const char *value, size_t len);

#endif /* CANVAS_EXTENSION_H_INCLUDED */
