/*
 * canvas_lua: what C code must know of the Function library.
 * canvas_version answers the number; any other means: load the library again.
 */

#ifndef CANVAS_LUA_H_INCLUDED
#define CANVAS_LUA_H_INCLUDED

#define CANVAS_LUA_VERSION  4

#endif /* CANVAS_LUA_H_INCLUDED */
