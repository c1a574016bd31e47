name: ${name}
image: ${image}
resources:
  cpu: ${cpu}
  memory: ${memory}Gi
scaling: [${smallest}, ${largest}]
environment:
%{ for key, value in settings ~}
  ${key}: "${value}"
%{ endfor ~}
