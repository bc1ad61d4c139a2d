// The module is there for its flags and libraries alone: Swift sees another alignment of bson_t than C does, so nothing
// of libmongoc is imported into Swift. What Swift calls is in CMongo.
