#ifndef MUSTER_ALLOCATIONS_H
#define MUSTER_ALLOCATIONS_H

/* How often the calling thread has asked for memory since it began. */
long muster_allocation_count(void);

#endif
