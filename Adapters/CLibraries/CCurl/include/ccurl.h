#ifndef LOGFERRY_CCURL_H
#define LOGFERRY_CCURL_H

#include <curl/curl.h>

// Swift cannot call C variadics, so each argument shape of curl_easy_setopt and
// curl_easy_getinfo has one typed entry point here. Nothing else belongs here.

CURLcode logferry_easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode logferry_easy_set_off(CURL *easy, CURLoption option, curl_off_t value);
CURLcode logferry_easy_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode logferry_easy_set_pointer(CURL *easy, CURLoption option, const void *value);
CURLcode logferry_easy_set_write(CURL *easy, curl_write_callback callback);
CURLcode logferry_easy_set_header(CURL *easy, curl_write_callback callback);
CURLcode logferry_easy_set_progress(CURL *easy, curl_xferinfo_callback callback);
CURLcode logferry_easy_set_open_socket(CURL *easy, curl_opensocket_callback callback);
CURLcode logferry_easy_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode logferry_easy_get_off(CURL *easy, CURLINFO info, curl_off_t *value);
CURLcode logferry_easy_get_pointer(CURL *easy, CURLINFO info, void **value);
CURLMcode logferry_multi_set_long(CURLM *multi, CURLMoption option, long value);

// Macros that carry casts are not imported into Swift.
enum {
    LOGFERRY_WRITEFUNC_PAUSE = CURL_WRITEFUNC_PAUSE,
    LOGFERRY_SOCKET_BAD = CURL_SOCKET_BAD,
    LOGFERRY_PAUSE_CONT = CURLPAUSE_CONT,
    LOGFERRY_GLOBAL_DEFAULT = CURL_GLOBAL_DEFAULT
};

#endif
