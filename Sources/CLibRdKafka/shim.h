#pragma once
#include <stdio.h> /* rdkafka.h names FILE */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
