// A system call as it is, for processes that share their memory with another one that goes on.
#pragma once

/// Answers what the kernel does: a result, or an error number below zero. Unlike syscall(2) it does not write to `errno`,
/// which such processes have in common. At most five arguments: numbers or pointers.
#define member_call(...) MEMBER_CALL_PADDED(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define MEMBER_CALL_PADDED(number, first, second, third, fourth, fifth, ...) \
    member_call_kernel(number, (long)(first), (long)(second), (long)(third), (long)(fourth), (long)(fifth))

static inline long member_call_kernel(long number, long first, long second, long third, long fourth, long fifth) {
#ifndef __x86_64__
#error "system calls are made by hand for x86-64 only"
#endif
    long result;
    register long r10 __asm__("r10") = fourth;
    register long r8 __asm__("r8") = fifth;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(first), "S"(second), "d"(third), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}
