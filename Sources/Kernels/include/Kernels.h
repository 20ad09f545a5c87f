#pragma once
#include "checksum.h"
#include "digits.h"
#include "encoder.h"
#include "mapping.h"
#include "scan.h"
#include "screening.h"
