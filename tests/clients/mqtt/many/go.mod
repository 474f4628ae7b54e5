module wharf/tests/clients/mqtt/many

go 1.26.0

require github.com/eclipse/paho.mqtt.golang v1.5.1
