#pragma once
#include "encoder.h"
#include "mapping.h"
#include "scan.h"
#include "screening.h"
