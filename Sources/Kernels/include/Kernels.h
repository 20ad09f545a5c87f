#pragma once
#include "encoder.h"
#include "scan.h"
#include "screening.h"
