/*
 * canvas_version: the version of the product, as CHANGES has it.
 */

#ifndef CANVAS_VERSION_H_INCLUDED
#define CANVAS_VERSION_H_INCLUDED

#define CANVAS_VERSION  "1.1.0"

#endif /* CANVAS_VERSION_H_INCLUDED */
