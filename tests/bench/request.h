// The push of one event as metrics-event sends it, without the headers that a receiver does not need.

#pragma once

#define BODY                                                                                       \
  "{\"streams\":[{\"stream\":{\"job\":\"metrics\"},\"values\":[[\"1700000000123456789\","          \
  "\"{\\\"timestamp\\\":1700000000.123456789,\\\"event\\\":\\\"runner_installed\\\","              \
  "\\\"flavor\\\":\\\"small\\\",\\\"duration\\\":12.5}\"]]}]}"
#define LENGTH 186
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

_Static_assert(sizeof BODY - 1 == LENGTH, "LENGTH is not the length of BODY");

static const char push[] = "POST /loki/api/v1/push HTTP/1.1\r\n"
                           "Host: 127.0.0.1\r\n"
                           "Content-Type: application/json\r\n"
                           "Connection: close\r\n"
                           "Content-Length: " TEXT(LENGTH) "\r\n\r\n" BODY;
