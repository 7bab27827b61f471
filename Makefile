# The images of the driver, by Maven: docs/operate/install.md#build says what REGISTRY, IMAGENAME, IMAGE_VERSION and IMAGE_TAG name.
.PHONY: container-build container-push
container-build container-push:
	@src/build/container.sh $(@:container-%=%)
