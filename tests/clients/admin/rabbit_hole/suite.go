// Package suite names the library whose own tests are run here: `run` compiles them as they are, from the module that go.mod names.
package suite

import _ "github.com/michaelklishin/rabbit-hole/v3"
