#pragma once
#include <malloc.h> /* mallopt */
#include <stdio.h> /* rdkafka.h names FILE */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
