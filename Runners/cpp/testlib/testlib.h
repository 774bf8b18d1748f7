// The interface that published checkers, validators, interactors and generators are written for, in code of our own.
//
// A program includes this file alone and from one source file. What it decides it says by its exit status: 0 ok, 1 wrong answer,
// 2 presentation error, 3 failure of the problem itself, 7 points, 16 + n partly correct (n from 0 to 200), and a line on
// stderr. README.md above this folder names what is there and where it differs.

#ifndef ASSAY_TESTLIB_H
#define ASSAY_TESTLIB_H

// What programs use without including it, as they may with testlib.
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <map>
#include <queue>
#include <set>
#include <sstream>
#include <stack>
#include <string>
#include <utility>
#include <vector>

#define OK_EXIT_CODE 0
#define WA_EXIT_CODE 1
#define PE_EXIT_CODE 2
#define FAIL_EXIT_CODE 3
#define DIRT_EXIT_CODE 4
#define POINTS_EXIT_CODE 7
#define UNEXPECTED_EOF_EXIT_CODE 8
#define PC_BASE_EXIT_CODE 16

#define LF ((char)10)
#define CR ((char)13)
#define TAB ((char)9)
#define SPACE ((char)' ')
#define EOFC (255)

enum TResult {
    _ok = 0,
    _wa = 1,
    _pe = 2,
    _fail = 3,
    _dirt = 4,
    _points = 5,
    _unexpected_eof = 8,
    _partially = 16
};

#define _pc(exitCode) (TResult(_partially + (exitCode)))

enum TMode { _input, _output, _answer };
enum TTestlibMode { _unknown, _checker, _validator, _generator, _interactor, _scorer };

const std::string outcomes[] = {
    "accepted", "wrong-answer", "presentation-error", "fail", "fail", "points", "reserved", "reserved", "unexpected-eof",
};

// In this order: each part uses those before.
#include "parts/text.h"
#include "parts/pattern.h"
#include "parts/stream.h"
#include "parts/ending.h"
#include "parts/reading.h"
#include "parts/random.h"
#include "parts/beginning.h"

#endif
