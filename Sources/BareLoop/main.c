/* The yardstick of the bus benchmark: what a loop costs that only consumes and produces.
 *
 * It does with librdkafka what the worker does, on one thread and in the same order: poll, produce
 * the same bytes with the same key, and at each commit interval either commit a transaction with
 * the offsets or, at least once, flush and commit them. It decodes nothing and decides nothing.
 *
 * usage: bare-loop bootstrap=HOST:PORT in=TOPIC out=TOPIC group=NAME interval=MS
 *                  [id=TRANSACTIONAL-ID] [consumer.PROPERTY=VALUE]... [producer.PROPERTY=VALUE]...
 *
 * Without an id it works at least once. Prints `live` once it has partitions; SIGTERM ends it.
 */

#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PARTITIONS = 256, REQUEST_MS = 10000 };

static volatile sig_atomic_t stopping;

static const char *in, *out, *group, *bootstrap, *transactional_id;
static long interval_ms = 50;

static rd_kafka_t *producer, *consumer;
static rd_kafka_topic_t *out_topic;
/* The offset to be read next of each partition of `in`, or -1 where nothing was read since the
 * latest commit. */
static int64_t next_offset[PARTITIONS];
static int is_open; /* whether anything was read since the latest commit */
static int64_t due; /* when to commit next, in microseconds of the monotonic clock */

static void stop(int number) {
    (void)number;
    stopping = 1;
}

static void fail(const char *what, const char *why) {
    fprintf(stderr, "bare-loop: %s: %s\n", what, why);
    exit(1);
}

static void check(const char *what, rd_kafka_resp_err_t code) {
    if (code) fail(what, rd_kafka_err2str(code));
}

static void check_error(const char *what, rd_kafka_error_t *error) {
    if (error) fail(what, rd_kafka_error_string(error));
}

static int64_t now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char text[512];
    if (rd_kafka_conf_set(conf, name, value, text, sizeof text)) fail(name, text);
}

/* Sets every argument that begins with `prefix`. */
static void set_all(rd_kafka_conf_t *conf, const char *prefix, int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        if (strncmp(arguments[i], prefix, strlen(prefix))) continue;
        char *name = strdup(arguments[i] + strlen(prefix));
        char *equals = strchr(name, '=');
        if (!equals) fail(arguments[i], "lacks a value");
        *equals = 0;
        set(conf, name, equals + 1);
        free(name);
    }
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
    char text[512];
    rd_kafka_t *made = rd_kafka_new(type, conf, text, sizeof text);
    if (!made) fail("client", text);
    return made;
}

/* Makes what was read and produced since the latest commit count. The next one is due an interval
 * after this one's beginning, as in the worker. */
static void commit(void) {
    if (!is_open) return;
    due = now_us() + interval_ms * 1000;
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(PARTITIONS);
    for (int32_t p = 0; p < PARTITIONS; p++) {
        if (next_offset[p] < 0) continue;
        rd_kafka_topic_partition_list_add(offsets, in, p)->offset = next_offset[p];
        next_offset[p] = -1;
    }
    if (transactional_id) {
        rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata(consumer);
        check_error("sending offsets",
                    rd_kafka_send_offsets_to_transaction(producer, offsets, metadata, REQUEST_MS));
        rd_kafka_consumer_group_metadata_destroy(metadata);
        check_error("committing", rd_kafka_commit_transaction(producer, REQUEST_MS));
    } else {
        check("flushing", rd_kafka_flush(producer, REQUEST_MS));
        check("committing", rd_kafka_commit(consumer, offsets, 1));
    }
    rd_kafka_topic_partition_list_destroy(offsets);
    is_open = 0;
}

static void rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                      rd_kafka_topic_partition_list_t *partitions, void *opaque) {
    (void)opaque;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        rd_kafka_assign(rk, partitions);
        printf("live\n");
        fflush(stdout);
    } else {
        commit();
        rd_kafka_assign(rk, NULL);
    }
}

static void forward(const rd_kafka_message_t *message) {
    if (!is_open && transactional_id)
        check_error("beginning", rd_kafka_begin_transaction(producer));
    is_open = 1;
    while (rd_kafka_produce(out_topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                            message->payload, message->len, message->key, message->key_len,
                            NULL)) {
        rd_kafka_resp_err_t code = rd_kafka_last_error();
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) check("producing", code);
        rd_kafka_poll(producer, 1);
    }
    if (message->partition >= PARTITIONS) fail("partition", "more than the loop has room for");
    next_offset[message->partition] = message->offset + 1;
}

static void run(void) {
    while (!stopping) {
        int64_t now = now_us();
        if (is_open && now >= due) commit();
        int wait_ms = is_open ? (int)((due - now + 999) / 1000) : 100;
        if (wait_ms < 0) wait_ms = 0;
        /* One round: wait for the first record, take what is at hand. */
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, wait_ms);
        for (int n = 0; message; n++) {
            if (!message->err) {
                forward(message);
            } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                fprintf(stderr, "bare-loop: %s\n", rd_kafka_message_errstr(message));
            }
            rd_kafka_message_destroy(message);
            message = n < 1000 ? rd_kafka_consumer_poll(consumer, 0) : NULL;
        }
        rd_kafka_poll(producer, 0);
    }
}

static void read_arguments(int count, char **arguments) {
    const char **texts[] = {&bootstrap, &in, &out, &group, &transactional_id};
    const char *names[] = {"bootstrap=", "in=", "out=", "group=", "id="};
    for (int i = 1; i < count; i++) {
        for (int n = 0; n < 5; n++)
            if (!strncmp(arguments[i], names[n], strlen(names[n])))
                *texts[n] = arguments[i] + strlen(names[n]);
        if (!strncmp(arguments[i], "interval=", 9)) interval_ms = atol(arguments[i] + 9);
    }
    if (!bootstrap || !in || !out || !group) {
        fprintf(stderr, "usage: bare-loop bootstrap=… in=… out=… group=… [interval=…] [id=…] …\n");
        exit(64);
    }
}

int main(int count, char **arguments) {
    read_arguments(count, arguments);
    signal(SIGTERM, stop);
    for (int p = 0; p < PARTITIONS; p++) next_offset[p] = -1;

    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", bootstrap);
    if (transactional_id) set(conf, "transactional.id", transactional_id);
    set_all(conf, "producer.", count, arguments);
    producer = client(RD_KAFKA_PRODUCER, conf);
    out_topic = rd_kafka_topic_new(producer, out, NULL);
    if (transactional_id)
        check_error("beginning", rd_kafka_init_transactions(producer, REQUEST_MS));

    conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", bootstrap);
    set(conf, "group.id", group);
    set(conf, "enable.auto.commit", "false");
    set_all(conf, "consumer.", count, arguments);
    rd_kafka_conf_set_rebalance_cb(conf, rebalance);
    consumer = client(RD_KAFKA_CONSUMER, conf);
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, in, RD_KAFKA_PARTITION_UA);
    check("subscribing", rd_kafka_subscribe(consumer, topics));
    rd_kafka_topic_partition_list_destroy(topics);

    run();
    commit();
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    rd_kafka_topic_destroy(out_topic);
    rd_kafka_destroy(producer);
    return 0;
}
