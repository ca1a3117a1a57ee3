#pragma once

// Beast's parser without its assertions. In Boost 1.81, basic_parser::parse_chunk_header asserts
// that what follows the size of the last chunk has come with it; an answer that arrives in small
// pieces, or ends there, breaks that, and the code is right without it. <boost/assert.hpp> may be
// included again, and then follows the macros of that moment.

#define BOOST_DISABLE_ASSERTS
#include <boost/beast/http/parser.hpp> // IWYU pragma: export
#undef BOOST_DISABLE_ASSERTS
#include <boost/assert.hpp>
