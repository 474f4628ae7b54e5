module wharf/tests/clients/admin/rabbit_hole

go 1.26.0

require github.com/michaelklishin/rabbit-hole/v3 v3.2.0
