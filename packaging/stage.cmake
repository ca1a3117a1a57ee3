# CPack runs this after it has installed the files that it will pack.
execute_process(COMMAND sh ${CPACK_METRICS_EVENT_PACKAGING}/stage.sh
  ${CPACK_GENERATOR} ${CPACK_TEMPORARY_INSTALL_DIRECTORY} ${CPACK_PACKAGE_VERSION}
  "${CPACK_PACKAGE_CONTACT}"
  COMMAND_ERROR_IS_FATAL ANY)
